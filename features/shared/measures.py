"""Shapes in which institution features return their numbers."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def ratio(frame: pl.LazyFrame, numerator: pl.Expr, denominator: pl.Expr) -> pl.LazyFrame:
    """fixmedins_code, numerator, denominator: both sums over the institution's rows."""
    return frame.group_by("fixmedins_code").agg(
        numerator.cast(pl.Float64).sum().alias("numerator"), denominator.cast(pl.Float64).sum().alias("denominator")
    )


def family(frame: pl.LazyFrame, members: Mapping[str, tuple[pl.Expr, pl.Expr]]) -> pl.LazyFrame:
    """fixmedins_code, member, numerator, denominator: one row an institution and member, sums over the institution's rows."""
    sums = frame.group_by("fixmedins_code").agg(
        expression
        for name, (numerator, denominator) in members.items()
        for expression in (
            numerator.cast(pl.Float64).sum().alias(f"{name}__n"),
            denominator.cast(pl.Float64).sum().alias(f"{name}__d"),
        )
    )
    return pl.concat(
        [
            sums.select(
                "fixmedins_code",
                member=pl.lit(name),
                numerator=pl.col(f"{name}__n"),
                denominator=pl.col(f"{name}__d"),
            )
            for name in members
        ]
    )


def count_where(condition: pl.Expr) -> pl.Expr:
    """1 where the condition holds, 0 where not or unknown."""
    return condition.fill_null(value=False).cast(pl.Int64)


def known(condition: pl.Expr) -> pl.Expr:
    """1 where the expression has a value, else 0."""
    return condition.is_not_null().cast(pl.Int64)
