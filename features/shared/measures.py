"""Shapes in which institution features return their numbers."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def ratio(frame: pl.LazyFrame, numerator: pl.Expr, denominator: pl.Expr) -> pl.LazyFrame:
    """fixmedins_code, numerator, denominator: both sums over the institution's rows (a literal counts once a row)."""
    rows = frame.select("fixmedins_code", numerator=numerator.cast(pl.Float64), denominator=denominator.cast(pl.Float64))
    return rows.group_by("fixmedins_code").agg(pl.col("numerator", "denominator").sum())


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
