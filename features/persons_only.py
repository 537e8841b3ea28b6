"""A lake that shows some persons only: their rows prepared exactly as the rules see them, at the cost of their rows and not of a bucket's.

Every table that bears ``psn_no`` is filtered by it in the persons' buckets, so that ``features.tables.Tables`` prepares a few hundred rows and
not a bucket of a million.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from features.lake import WHOLE, Lake, bucket_name, bucket_number

REGISTRIES = frozenset({"dr_info_b", "phar_info_b"})
#: What the prepared tables of a person begin with.
READ_TOGETHER = ("psn_info_b", "mdtrt_d", "setl_d", "fee_list_d")


class PersonsOnly(Lake):
    """A lake restricted to some persons. Registries and tables without ``psn_no`` are as in the lake.

    Each of their tables is read once into ``kept``: a few hundred rows, which the prepared tables ask for again and again.
    """

    def __init__(self, lake: Lake, psn_nos: Iterable[str]) -> None:
        # not opened anew: a city's manifest names ten thousands of parts, of which only the persons' buckets matter
        self.root, self.n_buckets, self.fingerprint, self.schemas = lake.root, lake.n_buckets, lake.fingerprint, lake.schemas
        self.psn_nos = sorted(set(psn_nos))
        self.kept: dict[str, pl.DataFrame] = {}
        homes = {home_of(psn_no, self.n_buckets) for psn_no in self.psn_nos}
        self.parts = tuple(part for part in lake.parts if part.bucket in homes or part.bucket == WHOLE)
        self._read(READ_TOGETHER)
        # all buckets, when one of the persons has no visit in his
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


def home_of(psn_no: str, n_buckets: int) -> str:
    """The bucket a person's rows lie in, by name."""
    return bucket_name(bucket_number(psn_no, n_buckets))
