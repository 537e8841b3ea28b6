"""What the other houses do, so that several that cheat alike do not hide each other."""

from __future__ import annotations

import polars as pl


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
