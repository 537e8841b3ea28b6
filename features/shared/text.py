"""Sentences with figures in them."""

from __future__ import annotations

import polars as pl


def filled(template: str, *values: pl.Expr | str) -> pl.Expr:
    """``template`` with each ``{}`` replaced by a value, an expression or the name of a column, as text; null where any of them is null.

    In place of ``polars.format``, which stops with a panic in polars 2.1 when a filtered frame in memory has columns in unequally many pieces,
    as grouped ones of a large city have.

    Raises:
        ValueError: there are not as many values as places for them.
    """
    pieces = template.split("{}")
    if len(pieces) != len(values) + 1:
        raise ValueError(f"The sentence {template!r} has {len(pieces) - 1} places for {len(values)} values.")
    parts: list[pl.Expr] = []
    for piece, value in zip(pieces, [*values, None], strict=True):
        parts += [pl.lit(piece)] if piece else []
        parts += [] if value is None else [pl.col(value) if isinstance(value, str) else value]
    return pl.concat_str(parts)
