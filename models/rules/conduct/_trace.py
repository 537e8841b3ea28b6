"""The trace table, which bears no person and lies in no bucket: read once and shared by all buckets of a run."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
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


@lru_cache(maxsize=2)
def _scanned(lake: _ByContent) -> pl.DataFrame:
    """All boxes sold by ``key``, in 20 bytes a row: two hashes stand for the number of the line, a category for the box's code."""
    return (
        lake.lake.scan("drug_trac_d")
        .filter(pl.col("sel_retn_type") == SALE)
        .select(*_hashes(), pl.col("hilist_code").cast(pl.Categorical).alias("box"))
        .collect()
        .sort("key", maintain_order=True)
    )


def _hashes() -> tuple[pl.Expr, pl.Expr]:
    return pl.col("bkkp_sn").hash(0).alias("key"), pl.col("bkkp_sn").hash(1).alias("check")


def with_scanned_boxes(t: Tables, lines: pl.LazyFrame) -> pl.LazyFrame:
    """The lines of this bucket (with ``bkkp_sn``) once for every ``box`` that was scanned and sold for them: the box's code."""
    keyed = t.computed(lines.with_columns(_hashes()))
    own = _of_keys(_scanned(_ByContent(t.lake)), keyed.select("key").collect(engine=t.engine).to_series())
    return (
        keyed.join(own.lazy(), on="key", how="inner", maintain_order="left_right")
        .filter(pl.col("check") == pl.col("check_right"))
        .drop("key", "check", "check_right")
        .with_columns(pl.col("box").cast(pl.String))
    )


def _of_keys(scanned: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """The rows of the city's boxes (sorted by ``key``) that bear one of the bucket's keys: looked up, for there are some twenty times as many."""
    wanted, every = keys.unique().sort().to_numpy(), scanned["key"].to_numpy()
    first, last = np.searchsorted(every, wanted, "left"), np.searchsorted(every, wanted, "right")
    many = last - first
    rows = np.repeat(first, many) + np.arange(many.sum()) - np.repeat(many.cumsum() - many, many)
    return scanned.select(pl.all().gather(rows))


def rows_of_repeated_codes(t: Tables) -> pl.LazyFrame:
    """All trace rows (sales and returns) of the codes that were sold more than once anywhere in the city.

    The trace table bears no person and therefore lies in no bucket: the answer is the same for every bucket of a lake, and is
    kept for the lake (a lake's fingerprint changes with its content).
    """
    return _repeated(_ByContent(t.lake)).lazy()
