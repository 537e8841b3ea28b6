"""Trace codes sold more than once, found in one pass over the trace table and shared by all buckets of a run."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import polars as pl

from features.lake import Lake
from features.tables import Tables

SALE: Final = "1"


class _ByContent:
    """A lake that equals another of the same place and content, so that a cache can be keyed by it."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self._key = (str(lake.root), lake.fingerprint)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByContent) and self._key == other._key


@lru_cache(maxsize=2)
def _repeated(lake: _ByContent) -> pl.DataFrame:
    trace = lake.lake.scan("drug_trac_d")
    sales = trace.filter(pl.col("sel_retn_type") == SALE)
    codes = sales.group_by(pl.col("drug_trac_codg").hash().alias("key")).agg(pl.len().alias("n")).filter(pl.col("n") > 1).select("key")
    return trace.with_columns(key=pl.col("drug_trac_codg").hash()).join(codes, on="key", how="semi").drop("key").collect()


def rows_of_repeated_codes(t: Tables) -> pl.LazyFrame:
    """All trace rows (sales and returns) of the codes that were sold more than once anywhere in the city.

    The trace table bears no person and therefore lies in no bucket: the answer is the same for every bucket of a lake, and is
    kept for the lake (a lake's fingerprint changes with its content).
    """
    return _repeated(_ByContent(t.lake)).lazy()
