from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="人均就诊次数",
    title_en="Visits a person-month",
    unit="visit",
    why="The same few cards swiped again and again.",
    numerator="person-days served",
    denominator="person-months served",
    facts=("institution_month",),
    points_to=("phantom_service", "impersonation"),
    log=True,
)
def visits_per_person(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Days on which a person was served, per person and month. Dialysis and physiotherapy bring people often by right; peers do too."""
    return ratio(t.facts("institution_month"), pl.col("person_days"), pl.col("persons"))
