from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="基金支付率",
    title_en="The fund's share",
    unit="share",
    why="A house whose bills the fund pays to an unusual part picks its patients, or its codes.",
    numerator="fund payment",
    denominator="amounts within scope",
    facts=("institution_month",),
    direction=0,
    points_to=("impersonation",),
    statistic="mean",
)
def fund_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Standing settlements. Depends on insured groups served; far from peers either way is worth a look."""
    return ratio(t.facts("institution_month"), pl.col("fund_fen"), pl.col("inscp_fen"))
