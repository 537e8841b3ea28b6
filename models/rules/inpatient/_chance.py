"""How unlikely a count is by chance, for deciding between an accident and a habit."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import binom


def at_least(count: str, trials: str, rate: str) -> pl.Expr:
    """P(X ≥ count) for X ~ Binomial(trials, rate); the three are column names, rate a share 0–1."""
    return pl.struct(count, trials, rate).map_batches(lambda s: _tail(s, count, trials, rate, upper=True), return_dtype=pl.Float64)


def at_most(count: str, trials: str, rate: str) -> pl.Expr:
    """P(X ≤ count) for X ~ Binomial(trials, rate)."""
    return pl.struct(count, trials, rate).map_batches(lambda s: _tail(s, count, trials, rate, upper=False), return_dtype=pl.Float64)


def _tail(s: pl.Series, count: str, trials: str, rate: str, *, upper: bool) -> pl.Series:
    k, n, r = (s.struct.field(name).cast(pl.Float64).to_numpy() for name in (count, trials, rate))
    chance = binom.sf(k - 1, n, np.clip(r, 0.0, 1.0)) if upper else binom.cdf(k, n, np.clip(r, 0.0, 1.0))
    return pl.Series(np.asarray(chance, dtype=float))
