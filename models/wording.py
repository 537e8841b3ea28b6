"""Chinese wording of figures in evidence sentences, so that every rule says a sum, a span or a share in one way."""

from __future__ import annotations

import polars as pl

from features.contracts.codes import code_lists
from features.shared.text import filled


def yuan(fen: pl.Expr) -> pl.Expr:
    """Int64 fen as text with two decimals: 5162 → ``51.62``; negative sums keep their sign."""
    size = fen.abs()
    cents = (size % 100).cast(pl.String).str.zfill(2)
    return pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit("")) + (size // 100).cast(pl.String) + "." + cents


def span(begin: pl.Expr, end: pl.Expr) -> pl.Expr:
    """``2024-03-01`` for one day, ``2024-03-01至2024-03-05`` for several."""
    return pl.when(begin == end).then(begin.cast(pl.String)).otherwise(begin.cast(pl.String) + "至" + end.cast(pl.String))


def month(name: pl.Expr) -> pl.Expr:
    """``2024-03`` as ``2024年3月``."""
    return filled("{}年{}月", name.str.slice(0, 4), name.str.slice(5, 2).str.strip_chars_start("0"))


def percent(share: pl.Expr) -> pl.Expr:
    """A share 0–1 as per cent with one decimal: 0.1234 → ``12.3%``; below 0.1 % with one significant digit: 0.0004 → ``0.04%``."""
    cent = share * 100
    return pl.when((cent > 0) & (cent < 0.1)).then(cent.round_sig_figs(1)).otherwise(cent.round(1)).cast(pl.String) + "%"


def count(number: pl.Expr) -> pl.Expr:
    """A quantity without needless decimals: 3.0 → ``3``, 2.5 → ``2.5``."""
    return pl.when(number == number.round(0)).then(number.round(0).cast(pl.Int64).cast(pl.String)).otherwise(number.round(2).cast(pl.String))


def meaning(list_name: str, code: pl.Expr) -> pl.Expr:
    """The Chinese meaning of a coded value, ``11`` → ``普通门诊``; a code the contract's list does not know is told as it is."""
    return code.replace(dict(code_lists()[list_name]))
