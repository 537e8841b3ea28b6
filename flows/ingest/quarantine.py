"""Rows set aside, on disk: one Parquet and one readable CSV a table, personal data as tokens."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import polars as pl

from features.contracts import Table
from flows.ingest.report import REASONS

QUARANTINE: Final = "quarantine"


class Quarantine:
    """Gathers the rows one load sets aside. Bounded: rows go to disk block by block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, list[Path]] = {}

    def add(self, table: Table, rows: pl.DataFrame) -> None:
        """Rows with the contract's columns (as text), ``_part _line _reason _detail _text``."""
        if rows.is_empty():
            return
        files = self._files.setdefault(table.name, [])
        path = self._folder / table.name / f"{len(files):06d}.arrow"
        path.parent.mkdir(parents=True, exist_ok=True)
        named = rows.with_columns(_reason_zh=pl.col("_reason").replace_strict(REASONS, return_dtype=pl.String))
        named.write_ipc(path, compression="lz4")
        files.append(path)

    def add_losers(self, table: Table, losers: pl.DataFrame) -> None:
        """Versions that do not stand, in the lake's schema with ``_reason``; written in the order of their content."""
        if losers.is_empty():
            return
        columns = [column.name for column in table.columns]
        rows = losers.sort(columns, nulls_last=True).select(
            *(pl.col(name).cast(pl.String) for name in columns),
            _part=pl.lit(None, pl.String),
            _line=pl.lit(None, pl.Int64),
            _reason=pl.col("_reason"),
            _detail=pl.col("_reason"),
            _text=pl.lit(None, pl.String),
        )
        self.add(table, rows)

    def write(self, folder: Path) -> None:
        """Writes ``<table>.parquet`` and ``<table>.csv`` (UTF-8 with BOM, for spreadsheets) into a new folder."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for table, files in self._files.items():
            rows = pl.scan_ipc(files).select("_reason", "_reason_zh", "_detail", "_part", "_line", pl.exclude("^_.*$"), "_text")
            rows.sink_parquet(folder / f"{table}.parquet", compression="zstd")
            rows.sink_csv(folder / f"{table}.csv", include_bom=True)

    @property
    def empty(self) -> bool:
        """True when nothing was set aside."""
        return not self._files
