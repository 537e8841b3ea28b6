"""The simulator's own selection of codes, read from ``simulation/data`` (sources: docs/simulation.md)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """All rows of ``simulation/data/<name>.csv`` as dictionaries."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


@dataclass(frozen=True, slots=True)
class RecipeLine:
    """One item a kind of care usually brings: when, how likely, how many."""

    phase: str
    item: int
    p: float
    low: int
    high: int


@cache
def item_index() -> dict[str, int]:
    """Position of every catalogue item by its Chinese name."""
    return {row["name"]: position for position, row in enumerate(rows("items"))}


def item(name: str) -> int:
    """Position of one item; KeyError names it when the catalogue does not hold it."""
    return item_index()[name]


def items(*names: str) -> list[int]:
    """Positions of several items."""
    return [item(name) for name in names]


@cache
def dx_index() -> dict[str, int]:
    """Position of every diagnosis by its national ICD-10 code."""
    return {row["code"]: position for position, row in enumerate(rows("diagnoses"))}


@cache
def recipes() -> dict[str, tuple[RecipeLine, ...]]:
    """Every recipe's lines."""
    found: dict[str, list[RecipeLine]] = {}
    for row in rows("recipes"):
        line = RecipeLine(row["phase"], item(row["item"]), float(row["p"]), int(row["lo"]), int(row["hi"]))
        found.setdefault(row["recipe"], []).append(line)
    return {name: tuple(lines) for name, lines in found.items()}


@cache
def stay_index() -> dict[str, int]:
    """Position of every inpatient profile by name."""
    return {row["name"]: position for position, row in enumerate(rows("stays"))}
