from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="同日多次结算占比",
    title_en="Several settlements a day",
    unit="share",
    why="A visit cut into pieces escapes limits and deductibles.",
    numerator="person-days with more than one settlement of the same category",
    denominator="person-days with an outpatient or pharmacy settlement",
    facts=("institution_month",),
    points_to=("split_billing",),
)
def same_day_split_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Settlements that stand. Two departments on one day are lawful; peers show how often."""
    return ratio(t.facts("institution_month"), pl.col("split_person_days"), pl.col("settled_person_days"))
