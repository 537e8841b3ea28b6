"""Shapes in which institution features return their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

#: The column that says whose rows they are where every house is taken apart into one a month (features/monthly.py).
HOUSE: Final = "house"


def house_of(frame: pl.LazyFrame) -> str:
    """The column by which a house is told from the others it is compared with; its own rows of other months are not others'."""
    return HOUSE if HOUSE in frame.collect_schema().names() else "fixmedins_code"


def ratio(frame: pl.LazyFrame, numerator: pl.Expr, denominator: pl.Expr) -> pl.LazyFrame:
    """fixmedins_code, numerator, denominator: both sums over the institution's rows (a literal counts once a row)."""
    rows = frame.select("fixmedins_code", numerator=numerator.cast(pl.Float64), denominator=denominator.cast(pl.Float64))
    return rows.group_by("fixmedins_code").agg(pl.col("numerator", "denominator").sum())


def observed_over_expected(frame: pl.LazyFrame) -> pl.LazyFrame:
    """fixmedins_code, numerator, denominator, scatter of a frame with one row a case: ``fixmedins_code observed expected``.

    ``scatter`` is how far the cases lie from the institution's own quotient r: the sum of (observed − r × expected)², scaled by n / (n − 1) for
    the quotient having been taken from them; null of a single case. Over the peers it gives the part of chance in a quotient.
    """
    sums = frame.group_by("fixmedins_code").agg(
        pl.col("observed").sum().alias("numerator"), pl.col("expected").sum().alias("denominator"), pl.len().alias("n")
    )
    quotient = pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator"))
    away = pl.col("observed") - pl.col("quotient") * pl.col("expected")
    # what two equal decimals leave of each other hangs on the order of threads, and is no scatter
    away = pl.when(away.abs() > 1e-12 * pl.col("observed").abs()).then(away).otherwise(pl.when(away.is_not_null()).then(0.0))
    squares = (
        frame.join(sums.select("fixmedins_code", quotient=quotient), on="fixmedins_code")
        .group_by("fixmedins_code")
        .agg((away**2).sum().alias("squares"))
    )
    scatter = pl.when(pl.col("n") > 1).then(pl.col("squares") * pl.col("n") / (pl.col("n") - 1))
    return sums.join(squares, on="fixmedins_code").select("fixmedins_code", "numerator", "denominator", scatter=scatter)


def family(frame: pl.LazyFrame, members: Mapping[str, tuple[pl.Expr, pl.Expr]]) -> pl.LazyFrame:
    """fixmedins_code, member, numerator, denominator: one row an institution and member, sums over the institution's rows."""
    columns = {f"{name}__{part}": expression.cast(pl.Float64) for name, pair in members.items() for part, expression in zip("nd", pair, strict=True)}
    sums = frame.select("fixmedins_code", **columns).group_by("fixmedins_code").agg(pl.col(list(columns)).sum())
    return pl.concat([sums.select("fixmedins_code", member=pl.lit(name), numerator=f"{name}__n", denominator=f"{name}__d") for name in members])


def count_where(condition: pl.Expr) -> pl.Expr:
    """1 where the condition holds, 0 where not or unknown."""
    return condition.fill_null(value=False).cast(pl.Int64)


def known(condition: pl.Expr) -> pl.Expr:
    """1 where the expression has a value, else 0."""
    return condition.is_not_null().cast(pl.Int64)
