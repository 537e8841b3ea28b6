"""What the other houses do, so that several that cheat alike do not hide each other."""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.rules.inpatient._chance import at_least


def others_rate(count: pl.Expr, base: pl.Expr, trim_share: float, over: str | list[str] | None = None) -> pl.Expr:
    """Each house's comparison: ``count`` per ``base`` over the other houses (of the groups ``over``), one row a house.

    The ``trim_share`` of houses with the highest rates, rounded down, is left out: a house that does a thing by the hundred would
    otherwise be the yardstick by which smaller ones that do it too look usual. Where only one house is left, nothing compares and the
    rate is 0.
    """
    rate = count / base.clip(lower_bound=1)
    # equal rates stand or fall together, so that the order of rows does not matter
    kept = rate.rank("max", descending=True) > (pl.len() * trim_share).floor()
    mine = pl.when(kept)
    result = (count.filter(kept).sum() - mine.then(count).otherwise(0)) / (base.filter(kept).sum() - mine.then(base).otherwise(0)).clip(lower_bound=1)
    return result if over is None else result.over(over)


def habitual(houses: pl.LazyFrame, hits: str, of: str, p: Params, *, least: str) -> pl.LazyFrame:
    """The houses (one row each) with a habit: at least ``p[least]`` ``hits`` among ``of`` (Int64 columns), ``times_city_min`` times the other houses'
    share (the highest ``trim_share`` of them left out; at least ``usual_floor``) and more than chance allows at it (binomial, ``chance_max``).

    Adds ``others``, the other houses' share, and ``usual``, the same with its floor.
    """
    return (
        houses.with_columns(others=others_rate(pl.col(hits), pl.col(of), p["trim_share"]))
        .with_columns(usual=pl.col("others").clip(p["usual_floor"]))
        .with_columns(chance=at_least(hits, of, "usual"))
        .filter(
            (pl.col(hits) >= p[least]) & (pl.col(hits) >= p["times_city_min"] * pl.col("usual") * pl.col(of)) & (pl.col("chance") <= p["chance_max"])
        )
        .drop("chance")
    )
