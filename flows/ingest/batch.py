"""What every reader hands on: blocks of rows as text, with the rows it could not cut into columns set aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that could not be read into columns: where it stood (1 = header), why, and its text."""

    line: int
    reason: str
    text: str


@dataclass(slots=True)
class RawBatch:
    """Some rows of one source part: all columns as text under the part's own header names, with ``_line`` (UInt32)."""

    frame: pl.DataFrame
    broken: list[BrokenRow] = field(default_factory=list)


class Part(Protocol):
    """One file (or database table) that holds rows of one contract table."""

    @property
    def name(self) -> str:
        """How the part is called in reports: its path within the delivery, or the database table."""
        ...

    def header(self) -> list[str]:
        """The part's column names as they stand there; empty when the part is empty."""
        ...

    def batches(self) -> Iterator[RawBatch]:
        """The rows, block by block; memory stays bounded by the block."""
        ...

    @property
    def encodings(self) -> set[str]:
        """The encodings met so far."""
        ...
