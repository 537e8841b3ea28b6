"""Computing an intermediate frame once for all who read it."""

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
        return t.once(key, function)

    return kept


def at_hand(*frames: pl.LazyFrame) -> list[pl.LazyFrame]:
    """The frames with their rows computed now, for a reckoning over the whole city that reads them several times.

    Polars prunes the columns of each reading first and then no longer sees that two of them are one; it would compute each anew.
    """
    return [frame.lazy() for frame in pl.collect_all(frames)]
