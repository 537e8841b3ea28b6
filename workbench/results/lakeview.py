"""Reading the lake by key for the evidence pages: some persons' rows, prepared exactly as the rules saw them.

``PersonsOnly`` is a lake that shows the given persons only: every table that bears ``psn_no`` is filtered by it in their buckets, so that
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


class PersonsOnly(Lake):
    """A lake restricted to some persons. Registries and tables without ``psn_no`` are as in the lake."""

    def __init__(self, root: Path, psn_nos: Iterable[str]) -> None:
        super().__init__(root)
        self.psn_nos = sorted(set(psn_nos))

    @cached_property
    def homes(self) -> list[str | None]:
        """The persons' buckets (CRC-32 of psn_no, docs/decisions/0002-lake-layout.md); all (None), when one of them has no visit in his."""
        buckets: dict[str, list[str]] = {}
        for psn_no in self.psn_nos:
            buckets.setdefault(f"{zlib.crc32(psn_no.encode()) % self.n_buckets:03d}", []).append(psn_no)
        for bucket, wanted in buckets.items():
            there = super().scan("mdtrt_d", bucket).filter(pl.col("psn_no").is_in(wanted)).select(pl.col("psn_no").n_unique()).collect().item()
            if there < len(wanted):
                return [None]
        return sorted(buckets)

    def scan(self, table: str, bucket: str | None = None, months: Iterable[str] | None = None) -> pl.LazyFrame:
        """As Lake.scan, only these persons' rows."""
        if table in self.schemas and "psn_no" in self.schemas[table] and table not in REGISTRIES:
            theirs = pl.col("psn_no") == self.psn_nos[0] if len(self.psn_nos) == 1 else pl.col("psn_no").is_in(self.psn_nos)
            return pl.concat([super(PersonsOnly, self).scan(table, home, months).filter(theirs) for home in self.homes])
        if table == "drg_setl_d":
            # grouped cases hang on settlements: only these persons'
            theirs = pl.col("setl_id").is_in(self.scan("setl_d").select("setl_id").collect()["setl_id"].implode())
            return super().scan(table, bucket, months).filter(theirs)
        return super().scan(table, bucket, months)


@lru_cache(maxsize=48)
def person_tables(lake: str, fingerprint: str, psn_no: str) -> Tables:  # noqa: ARG001  the fingerprint keys the cache
    """Prepared tables of one person; kept for the next page of the same evidence."""
    return Tables(PersonsOnly(Path(lake), [psn_no]), "person")


def lines_of_persons(lake: str, psn_nos: Iterable[str]) -> pl.LazyFrame:
    """Fee lines net of refunds of several persons, as the rules saw them."""
    return Tables(PersonsOnly(Path(lake), psn_nos), "persons").lines


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
