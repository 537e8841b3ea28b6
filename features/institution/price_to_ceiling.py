from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="单价与限价之比",
    title_en="Prices against the ceiling",
    unit="ratio",
    why="Everything charged at the ceiling, or above it, is a pricing policy worth a look.",
    numerator="fees charged",
    denominator="the same counts at the ceiling",
    needs=("fee_list_d",),
    facts=("institution_month",),
    points_to=("overpricing",),
    universal=True,
    log=True,
)
def price_to_ceiling(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Lines that carry a ceiling of their own."""
    return ratio(t.facts("institution_month"), pl.col("capped_fen"), pl.col("at_ceiling_fen"))
