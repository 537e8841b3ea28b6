"""Reading the lake by key for the evidence pages: one person's rows, prepared exactly as the rules saw them.

``OnePerson`` is a lake that shows one person only: every table that bears ``psn_no`` is filtered by it in that person's bucket, so that
``features.tables.Tables`` prepares a few hundred rows and not a bucket of a million.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path

import polars as pl

from features.lake import Lake
from features.tables import Tables

REGISTRIES = frozenset({"dr_info_b", "phar_info_b"})


class OnePerson(Lake):
    """A lake restricted to one person. Registries and tables without ``psn_no`` are as in the lake."""

    def __init__(self, root: Path, psn_no: str) -> None:
        super().__init__(root)
        self.psn_no = psn_no

    @cached_property
    def bucket(self) -> str | None:
        """The person's bucket (CRC-32 of psn_no, docs/decisions/0002-lake-layout.md); None, which means all, when it holds nothing of him."""
        bucket = f"{zlib.crc32(self.psn_no.encode()) % self.n_buckets:03d}"
        there = super().scan("mdtrt_d", bucket).filter(pl.col("psn_no") == self.psn_no).head(1).collect()
        return bucket if there.height else None

    def scan(self, table: str, bucket: str | None = None, months: Iterable[str] | None = None) -> pl.LazyFrame:
        """As Lake.scan, only this person's rows."""
        if table in self.schemas and "psn_no" in self.schemas[table] and table not in REGISTRIES:
            return super().scan(table, self.bucket, months).filter(pl.col("psn_no") == self.psn_no)
        if table == "drg_setl_d":
            # grouped cases hang on settlements: only this person's
            mine = super().scan("setl_d", self.bucket).filter(pl.col("psn_no") == self.psn_no).select("setl_id").collect()["setl_id"]
            return super().scan(table, bucket, months).filter(pl.col("setl_id").is_in(mine.implode()))
        return super().scan(table, bucket, months)


@lru_cache(maxsize=48)
def person_tables(lake: str, fingerprint: str, psn_no: str) -> Tables:  # noqa: ARG001  the fingerprint keys the cache
    """Prepared tables of one person; kept for the next page of the same evidence."""
    return Tables(OnePerson(Path(lake), psn_no), "person")


def lines_by_id(lake: Lake, ids: list[str], fixmedins_code: str, months: Iterable[str] | None = None) -> pl.DataFrame:
    """Fee lines by their ids, for findings that name no person. Reads one institution's rows of the given months."""
    return (
        lake.scan("fee_list_d", None, months)
        .filter((pl.col("fixmedins_code") == fixmedins_code) & pl.col("bkkp_sn").is_in(ids))
        .collect(engine="streaming")
    )


def months_between(first: object, last: object) -> list[str]:
    """Months (YYYY-MM) from the first date's to the last date's, both included."""
    year, month = int(str(first)[:4]), int(str(first)[5:7])
    end = (int(str(last)[:4]), int(str(last)[5:7]))
    months: list[str] = []
    while (year, month) <= end and len(months) < 120:
        months.append(f"{year:04d}-{month:02d}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months
