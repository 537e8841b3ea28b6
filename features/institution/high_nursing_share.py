from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="一级及以上护理占比",
    title_en="High grades of nursing",
    unit="share",
    why="High grades charged for walking patients raise every day's bill.",
    numerator="days at grade I, special or intensive nursing",
    denominator="days of graded nursing",
    needs=("fee_list_d",),
    facts=("stay",),
    points_to=("over_treatment", "overpricing"),
)
def high_nursing_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Shares of graded nursing days. Surgical and intensive wards lie high by right; peers of the same kind do too."""
    return ratio(t.facts("stay"), pl.col("high_nursing_days"), pl.col("nursing_days"))
