"""Computing an intermediate frame once for all features or rules that read it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import polars as pl

from features.tables import Tables


def once(function: Callable[[Tables], pl.LazyFrame]) -> Callable[[Tables], pl.LazyFrame]:
    """The frame is computed at its first use and kept with the tables it was computed from; whole lakes stay lazy."""
    key = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def kept(t: Tables) -> pl.LazyFrame:
        store: dict[str, pl.LazyFrame] = t.__dict__.setdefault("_intermediate", {})
        if key not in store:
            store[key] = t.computed(function(t))
        return store[key]

    return kept
