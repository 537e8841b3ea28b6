from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="DRG结余率",
    title_en="Surplus under DRG",
    unit="rate",
    why="Payment standards far above the cost, case after case, say that groups are set too high or care is withheld.",
    numerator="payment standards less fees",
    denominator="payment standards",
    needs=("drg_setl_d",),
    facts=("stay",),
    points_to=("upcoding", "split_stay", "cost_shifting"),
)
def drg_surplus(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Case-paid stays with a standard.

    Efficient houses have a surplus by right; it is a sign only beside weight_against_expected or readmission_share.
    """
    stays = t.facts("stay").filter(pl.col("case_paid") & (pl.col("pay_std_fen") > 0))
    return ratio(stays, pl.col("pay_std_fen") - pl.col("fee_fen"), pl.col("pay_std_fen"))
