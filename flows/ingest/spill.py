"""Cleaned rows on disk, in pieces, until all parts are read. Bounds memory: only one block and one piece are ever held.

A piece is a person bucket; of a table without buckets whose key holds its time (no version of a row can stand in another month) a month;
of every other table the whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from features.contracts import Table
from features.lake import WHOLE, bucket_name
from flows.ingest.buckets import bucket_of

#: Rows gathered before they are cut into buckets; larger blocks make fewer files.
GATHER_ROWS: Final = 600_000


class Spill:
    """The spill files of one table."""

    def __init__(self, folder: Path, table: Table, n_buckets: int) -> None:
        self._folder = folder
        self._table = table
        self._n_buckets = n_buckets
        self._waiting: list[pl.DataFrame] = []
        self._rows = 0
        self._files: dict[tuple[str, str], list[Path]] = {}

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
        month = self._table.month
        if self._table.bucketed:
            numbered = rows.with_columns(bucket_of(rows["psn_no"], self._n_buckets))
            for (number,), some in numbered.partition_by("_bucket", as_dict=True, include_key=False).items():
                self._write((bucket_name(number), WHOLE), some)
        elif month and month in self._table.key:
            named = rows.with_columns(_month=pl.col(month).dt.strftime("%Y-%m").fill_null(WHOLE))
            for (name,), some in named.partition_by("_month", as_dict=True, include_key=False).items():
                self._write((WHOLE, str(name)), some)
        else:
            self._write((WHOLE, WHOLE), rows)

    def _write(self, piece: tuple[str, str], rows: pl.DataFrame) -> None:
        files = self._files.setdefault(piece, [])
        path = self._folder / "-".join(piece) / f"{len(files):06d}.arrow"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.write_ipc(path, compression="lz4")
        files.append(path)

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """The pieces that got rows, in order: (bucket, month or ``all``)."""
        return sorted(self._files)

    def read(self, piece: tuple[str, str]) -> pl.DataFrame:
        """All rows of a piece; its files are removed."""
        frames = [pl.read_ipc(path) for path in self._files[piece]]
        for path in self._files[piece]:
            path.unlink()
        return pl.concat(frames)
