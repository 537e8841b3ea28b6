"""The density test: more cases just past a limit that pays than the other hospitals' cases of the same kind lead to expect."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from models.rules.drg._support import tail

#: A stratum too rare elsewhere is drawn to the other hospitals' share in all strata, as if seen in so many cases.
_STRATUM_CASES: Final = 10.0


def bunched(near: pl.DataFrame, p: Params) -> pl.DataFrame:
    """Hospitals whose cases near the limit (``fixmedins_code stratum past gain_fen end_date``) lie past it beyond chance.

    Honest cases run smoothly through a limit: of those in a narrow window around it some share lies past it, at every hospital about
    the same for the same kind of case (``stratum``). The number past is held against the sum of the other hospitals' shares (binomial with
    their mean, which is wider than the exact law). Gives ``fixmedins_code n past rest share excess gain occurred_from occurred_to``; cases
    moved over the limit came from just before it, so the number near the limit stays what it was.
    """
    past = pl.col("past").cast(pl.Float64)

    def elsewhere(what: pl.Expr, *by: str) -> pl.Expr:
        whole = what.sum().over(by) if by else what.sum()
        return whole - what.sum().over(*by, "fixmedins_code")

    one = pl.col("past").is_not_null().cast(pl.Float64)
    rated = near.with_columns(rest=elsewhere(one), overall=(elsewhere(past) + 1) / (elsewhere(one) + 2)).with_columns(
        rate=(elsewhere(past, "stratum") + _STRATUM_CASES * pl.col("overall")) / (elsewhere(one, "stratum") + _STRATUM_CASES)
    )
    return (
        rated.group_by("fixmedins_code")
        .agg(
            n=pl.len().cast(pl.Int64),
            past=pl.col("past").sum().cast(pl.Int64),
            rest=pl.col("rest").first().cast(pl.Int64),
            share=pl.col("rate").mean(),
            gain=pl.col("gain_fen").filter("past").mean().clip(0.0),
            occurred_from=pl.col("end_date").filter("past").min(),
            occurred_to=pl.col("end_date").filter("past").max(),
        )
        .with_columns(chance=tail("past", "n", "share"))
        .filter(
            (pl.col("n") >= p["cases_min"])
            & (pl.col("rest") >= p["cases_min"])
            & (pl.col("chance") <= p["chance_max"])
            & (pl.col("past") / pl.col("n") >= pl.col("share") + p["share_over_peers_min"])
        )
        .with_columns(excess=(pl.col("past") - pl.col("n") * pl.col("share")).clip(0.0).floor())
        .sort("fixmedins_code")
    )
