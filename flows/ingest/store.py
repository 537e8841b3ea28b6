"""Writing the lake: parts named by their content, and one manifest whose replacement is the commit.

A part file is written whole before the manifest names it and is never changed afterwards, so a run killed at any moment leaves the lake as
it was. Files no manifest names are swept away when the next load begins.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import polars as pl

from features.contracts import Table, all_tables
from features.lake import MANIFEST, WHOLE, Part
from flows.ingest.errors import DeliveryError

VERSION: Final = 1
STAGING: Final = ".staging"
_LOCK: Final = ".lock"
#: How a part is written. Rows lie by person: in small row groups and pages a screen that reads one person skips nearly all of a month's rows
#: (half the processor time against groups of 250,000 rows, a tenth more on disk, whole reads as fast).
PART_FORM: Final[dict[str, Any]] = {
    "compression": "zstd",
    "compression_level": 3,
    "statistics": True,
    "row_group_size": 20_000,
    "data_page_size": 16_384,
}


class Store:
    """The lake while it is being written. Use under ``locked``; nothing is visible to readers before ``commit``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.staging = root / STAGING
        self._parts: dict[tuple[str, str, str], Part] = {}
        self.n_buckets: int | None = None
        self.fingerprint = fingerprint([])
        manifest = root / MANIFEST
        if manifest.is_file():
            content = json.loads(manifest.read_text(encoding="utf-8"))
            if content.get("version") != VERSION:
                raise DeliveryError(f"The lake at {root} is of version {content.get('version')}; expected {VERSION}. Load into a new folder.")
            self.n_buckets = content["n_buckets"]
            self.fingerprint = content["fingerprint"]
            self._parts = {(part["table"], part["bucket"], part["month"]): Part(**part) for part in content["parts"]}

    @property
    def tables(self) -> set[str]:
        """Tables that hold rows."""
        return {table for table, _, _ in self._parts}

    def months(self, table: str, bucket: str) -> list[Part]:
        """The committed or replaced parts of one bucket of a table."""
        return [part for (name, place, _), part in self._parts.items() if name == table and place == bucket]

    def read(self, part: Part, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """One part's rows."""
        return pl.read_parquet(self.root / part.path, columns=list(columns) if columns else None, hive_partitioning=False)

    def sweep(self) -> None:
        """Removes what a killed or earlier run left: the staging folder and part files no manifest names."""
        shutil.rmtree(self.staging, ignore_errors=True)
        named = {self.root / part.path for part in self._parts.values()}
        for file in (self.root / "tables").rglob("*"):
            if file.is_file() and file not in named:
                file.unlink()

    def sweep_staging(self) -> None:
        """Removes the staging folder."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def put(self, table: Table, bucket: str, month: str, rows: pl.DataFrame) -> None:
        """Writes one part, in the order of person, time and key; an equal part that is there already is kept."""
        place = (table.name, bucket, month)
        if rows.is_empty():
            self._parts.pop(place, None)
            return
        by = list(dict.fromkeys([*(["psn_no"] if table.bucketed else []), *([table.month] if table.month else []), *table.key]))
        ordered = rows.sort(by, nulls_last=True).rechunk()
        table.schema.validate(ordered.select(table.schema.column_names()))
        folder = self.root / "tables" / table.name / f"bucket={bucket}" / f"month={month}"
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / ".draft"
        ordered.write_parquet(draft, **PART_FORM)
        digest = _file_digest(draft)
        path = folder / f"{digest[:16]}.parquet"
        draft.replace(path)
        _sync(path)
        self._parts[place] = Part(table.name, bucket, month, str(path.relative_to(self.root)), ordered.height, digest)

    def commit(self) -> bool:
        """Makes the new state the lake's; True when anything changed."""
        parts = sorted(self._parts.values(), key=lambda part: (part.table, part.bucket, part.month))
        content: dict[str, Any] = {
            "version": VERSION,
            "n_buckets": self.n_buckets,
            "fingerprint": fingerprint(parts),
            "schemas": {name: table.lake_schema for name, table in all_tables().items()},
            "parts": [asdict(part) for part in parts],
        }
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        manifest = self.root / MANIFEST
        self.fingerprint = content["fingerprint"]
        if manifest.is_file() and manifest.read_text(encoding="utf-8") == text:
            return False
        draft = self.root / f".{MANIFEST}.draft"
        draft.write_text(text, encoding="utf-8")
        for part in parts:
            _sync((self.root / part.path).parent)
        _sync(draft)
        draft.replace(manifest)
        _sync(self.root)
        return True


def fingerprint(parts: Sequence[Part]) -> str:
    """SHA-256 over what the parts hold, by table, bucket and month; independent of paths, times and the way of loading."""
    text = "\n".join(f"{part.table}/{part.bucket}/{part.month} {part.rows} {part.digest}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def by_month(table: Table, rows: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """The rows of each month (``YYYY-MM``; ``all`` for tables not cut and rows without a time)."""
    if not table.month:
        return {WHOLE: rows}
    named = rows.with_columns(_month=pl.col(table.month).dt.strftime("%Y-%m").fill_null(WHOLE))
    return {str(month): some for (month,), some in named.partition_by("_month", as_dict=True, include_key=False).items()}


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keeps a second load out of the lake; the lock ends with the process, however it ends."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / _LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DeliveryError(f"Another load is writing the lake at {root}. Wait for it to end, then start again.") from None
        yield


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
