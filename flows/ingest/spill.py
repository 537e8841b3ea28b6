"""Cleaned rows on disk, by table and bucket, until all parts are read. Bounds memory: only one block and one bucket are ever held."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from features.lake import WHOLE
from flows.ingest.buckets import bucket_of

#: Rows gathered before they are cut into buckets; larger blocks make fewer files.
GATHER_ROWS: Final = 600_000


class Spill:
    """The spill files of one table."""

    def __init__(self, folder: Path, n_buckets: int, *, bucketed: bool) -> None:
        self._folder = folder
        self._n_buckets = n_buckets
        self._bucketed = bucketed
        self._waiting: list[pl.DataFrame] = []
        self._rows = 0
        self._files: dict[str, list[Path]] = {}

    def add(self, rows: pl.DataFrame) -> None:
        """Takes rows; writes when enough have gathered."""
        if rows.height:
            self._waiting.append(rows)
            self._rows += rows.height
        if self._rows >= GATHER_ROWS:
            self.flush()

    def flush(self) -> None:
        """Writes what has gathered."""
        if not self._waiting:
            return
        rows = pl.concat(self._waiting)
        self._waiting, self._rows = [], 0
        if not self._bucketed or self._n_buckets == 1:
            self._write("000" if self._bucketed else WHOLE, rows)
            return
        numbered = rows.with_columns(bucket_of(rows["psn_no"], self._n_buckets))
        for (number,), some in numbered.partition_by("_bucket", as_dict=True, include_key=False, maintain_order=True).items():
            self._write(f"{number:03d}", some)

    def _write(self, bucket: str, rows: pl.DataFrame) -> None:
        files = self._files.setdefault(bucket, [])
        path = self._folder / bucket / f"{len(files):06d}.arrow"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.write_ipc(path, compression="lz4")
        files.append(path)

    @property
    def buckets(self) -> list[str]:
        """The buckets that got rows, in order."""
        return sorted(self._files)

    def read(self, bucket: str) -> pl.DataFrame:
        """All rows of a bucket; its files are removed."""
        frames = [pl.read_ipc(path) for path in self._files[bucket]]
        for path in self._files[bucket]:
            path.unlink()
        return pl.concat(frames)
