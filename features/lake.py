"""Reading the lake: Parquet parts named by one manifest, which is the commit point of every load.

Layout (docs/decisions/0002-lake-layout.md):

    LAKE/lake.json                                   the manifest; replaced atomically
    LAKE/tables/<table>/bucket=NNN/month=YYYY-MM/<part>.parquet

A table that bears ``psn_no`` lies in hash buckets of it, so that all of a person's rows are together; every other
table lies in ``bucket=all``. A row's month is that of the table's time column, ``month=all`` where it has none.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

MANIFEST = "lake.json"
WHOLE = "all"


def bucket_number(psn_no: str, n_buckets: int) -> int:
    """The bucket a person's rows lie in: CRC-32 of psn_no (UTF-8) modulo the number of buckets, the same on every machine and in every version."""
    return zlib.crc32(psn_no.encode()) % n_buckets


def bucket_name(number: int) -> str:
    """A bucket as it is named on disk: ``000``, ``001`` …"""
    return f"{number:03d}"


class LakeError(RuntimeError):
    """The lake is missing, unreadable, or not of this version."""


@dataclass(frozen=True, slots=True)
class Part:
    """One committed Parquet file: where it lies, how many rows, and the hash of its content."""

    table: str
    bucket: str
    month: str
    path: str
    rows: int
    digest: str


class Lake:
    """Read access to one lake. Opening it reads the manifest only; scans are lazy."""

    def __init__(self, root: Path) -> None:
        self.root = root
        manifest = root / MANIFEST
        if not manifest.is_file():
            raise LakeError(f"No lake at {root}: {MANIFEST} is missing. Load a delivery first: huoyan ingest DELIVERY --lake {root}")
        content = json.loads(manifest.read_text(encoding="utf-8"))
        self.n_buckets: int = content["n_buckets"]
        self.fingerprint: str = content["fingerprint"]
        self.parts: tuple[Part, ...] = tuple(Part(**part) for part in content["parts"])
        self.schemas: dict[str, dict[str, str]] = content["schemas"]

    @property
    def tables(self) -> set[str]:
        """Names of the tables that hold at least one row."""
        return {part.table for part in self.parts}

    @property
    def buckets(self) -> tuple[str, ...]:
        """The person buckets, in order, as they are named on disk: ``000``, ``001`` …"""
        return tuple(bucket_name(number) for number in range(self.n_buckets))

    def has(self, table: str) -> bool:
        """True when the table holds at least one row."""
        return table in self.tables

    def months(self, table: str) -> list[str]:
        """The months (``YYYY-MM``) in which the table has rows, in order."""
        return sorted({part.month for part in self.parts if part.table == table})

    def rows(self, table: str) -> int:
        """Number of committed rows of the table."""
        return sum(part.rows for part in self.parts if part.table == table)

    def scan(self, table: str, bucket: str | None = None, months: Iterable[str] | None = None) -> pl.LazyFrame:
        """The table (or one bucket, or some months of it) as a LazyFrame with the contract's columns and types.

        Raises LakeError when the table is unknown to the manifest; an existing table without rows in the
        selection gives an empty frame of the right schema.
        """
        if table not in self.schemas:
            raise LakeError(f"The lake at {self.root} holds no table {table!r}; it holds {', '.join(sorted(self.schemas))}.")
        chosen = None if months is None else set(months)
        paths = [
            self.root / part.path
            for part in self.parts
            if part.table == table and (bucket is None or part.bucket in (bucket, WHOLE)) and (chosen is None or part.month in chosen)
        ]
        if not paths:
            return pl.LazyFrame(schema={name: dtype_of(text) for name, text in self.schemas[table].items()})
        # the manifest names every file: nothing to expand, whatever characters the lake's path bears
        return pl.scan_parquet(paths, hive_partitioning=False, glob=False)


_DTYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "money": pl.Decimal(18, 2),
    "price": pl.Decimal(18, 6),
    "quantity": pl.Decimal(18, 4),
}


def dtype_of(text: str) -> pl.DataType:
    """The polars type of a manifest type word (``string date datetime money price quantity``)."""
    try:
        return _DTYPES[text]
    except KeyError:
        raise LakeError(f"Unknown column type {text!r} in the lake's manifest; expected one of {', '.join(_DTYPES)}.") from None
