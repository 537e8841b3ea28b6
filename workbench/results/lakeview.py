"""Reading the lake by key for the evidence pages: some persons' rows, prepared exactly as the rules saw them.

``PersonsOnly`` is a lake that shows the given persons only: every table that bears ``psn_no`` is filtered by it in their buckets, so that
``features.tables.Tables`` prepares a few hundred rows and not a bucket of a million.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import polars as pl
from django.core.cache import caches

from features.lake import MANIFEST, WHOLE, Lake
from features.tables import Tables

REGISTRIES = frozenset({"dr_info_b", "phar_info_b"})
#: What the prepared tables of a person begin with.
READ_TOGETHER = ("psn_info_b", "mdtrt_d", "setl_d", "fee_list_d")


class PersonsOnly(Lake):
    """A lake restricted to some persons. Registries and tables without ``psn_no`` are as in the lake.

    Each of their tables is read once into ``kept``: a few hundred rows, which the prepared tables ask for again and again. Rows that
    were kept before may be handed in.
    """

    def __init__(self, lake: Lake, psn_nos: Iterable[str], rows: Mapping[str, pl.DataFrame] | None = None) -> None:
        # not opened anew: a city's manifest names ten thousands of parts, of which only the persons' buckets matter
        self.root, self.n_buckets, self.fingerprint, self.schemas = lake.root, lake.n_buckets, lake.fingerprint, lake.schemas
        self.psn_nos = sorted(set(psn_nos))
        self.kept = dict(rows or {})
        # the persons' buckets: CRC-32 of psn_no (docs/decisions/0002-lake-layout.md); all buckets, when one of them has no visit in his
        homes = {f"{zlib.crc32(psn_no.encode()) % self.n_buckets:03d}" for psn_no in self.psn_nos}
        self.parts = tuple(part for part in lake.parts if part.bucket in homes or part.bucket == WHOLE)
        if not self.kept:
            self._read(READ_TOGETHER)
            if self.kept["mdtrt_d"]["psn_no"].n_unique() < len(self.psn_nos):
                self.parts = lake.parts
                self._read(READ_TOGETHER)

    def _read(self, tables: Iterable[str]) -> None:
        """The persons' rows of some tables into ``kept``, read side by side."""
        theirs = pl.col("psn_no") == self.psn_nos[0] if len(self.psn_nos) == 1 else pl.col("psn_no").is_in(self.psn_nos)
        known = [table for table in tables if table in self.schemas]
        self.kept |= zip(known, pl.collect_all([super(PersonsOnly, self).scan(table).filter(theirs) for table in known]), strict=True)

    def _of(self, table: str) -> pl.DataFrame:
        if table not in self.kept:
            self._read([table])
        return self.kept[table]

    def scan(self, table: str, bucket: str | None = None, months: Iterable[str] | None = None) -> pl.LazyFrame:
        """As Lake.scan, only these persons' rows, of whatever bucket and month."""
        if table in self.schemas and "psn_no" in self.schemas[table] and table not in REGISTRIES:
            return self._of(table).lazy()
        if table == "drg_setl_d":
            # grouped cases hang on settlements: only these persons'
            return super().scan(table, None, months).filter(pl.col("setl_id").is_in(self._of("setl_d")["setl_id"].implode()))
        return super().scan(table, bucket, months)


def opened(lake: str) -> Lake:
    """The lake with its manifest read; read again only when the manifest has changed."""
    manifest = Path(lake) / MANIFEST
    return _opened(lake, manifest.stat().st_mtime_ns if manifest.is_file() else 0)


@lru_cache(maxsize=4)
def _opened(lake: str, _written: int) -> Lake:
    return Lake(Path(lake))


@lru_cache(maxsize=48)
def person_tables(lake: str, fingerprint: str, psn_no: str) -> Tables:
    """Prepared tables of one person; kept for the next page of the same evidence.

    The rows read are kept for the other server processes too: the next page is as likely to be theirs.
    """
    shelf, key, whole = caches["persons"], f"{pl.__version__}:{lake}:{fingerprint}:{psn_no}", opened(lake)
    kept = shelf.get(key)
    view = PersonsOnly(whole, [psn_no], kept)
    # of a person who lies in another bucket than his own, the tables not read yet must be looked for in all of them
    if kept is None and view.parts is not whole.parts:
        shelf.set(key, view.kept)
    return Tables(view, "person")


def lines_of_persons(lake: str, psn_nos: Iterable[str]) -> pl.LazyFrame:
    """Fee lines net of refunds of several persons, as the rules saw them."""
    return Tables(PersonsOnly(opened(lake), psn_nos), "persons").lines


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
