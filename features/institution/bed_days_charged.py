from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="床位费天数与住院天数之比",
    title_en="Bed days charged per day of stay",
    unit="ratio",
    why="More bed fees than days were charged for nobody.",
    numerator="bed fees charged",
    denominator="days of stay",
    needs=("fee_list_d",),
    facts=("stay",),
    points_to=("overpricing", "phantom_service"),
)
def bed_days_charged(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Counts of bed items over days in bed (the day of discharge not counted; one day over is local habit and lies within peers)."""
    return ratio(t.facts("stay"), pl.col("bed_days_charged"), pl.col("stay_days"))
