from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="退费率",
    title_en="Refunds",
    unit="share",
    why="Bills taken back after the fact hide what was found, or never happened.",
    numerator="refunds made",
    denominator="settlements standing and refunds",
    facts=("institution_month",),
    points_to=("data_quality",),
    universal=True,
)
def refund_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Numbers, not amounts. Corrections are honest; a rate far above peers is worth a question."""
    return ratio(t.facts("institution_month"), pl.col("refunds"), pl.col("settlements") + pl.col("refunds"))
