"""Tables for the tests of conduct rules: rows as tuples where a pattern needs many of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

HD = "003110000060000"
HDF = "003110000080000"
HP = "003110000100000"


def table(head: str, rows: Iterable[Iterable[object]]) -> str:
    """A drawn table from a head (``"a b c"``) and rows of cells; None is an empty cell."""
    names = head.split()
    return "\n".join([" | ".join(names), *(" | ".join("" if cell is None else str(cell) for cell in row) for row in rows)])


def day(number: int, start: str = "2024-03-01") -> str:
    """The ``number``-th day after ``start``."""
    return (dt.date.fromisoformat(start) + dt.timedelta(days=number)).isoformat()
