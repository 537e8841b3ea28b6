"""How a plant is declared and found. One way of cheating a file in ``models/plants/``; file, function and plant id bear the same name.

A *plant* puts a known fraud into a copy of a bureau's own data. Its ``units`` are what an institution can do it with (stays, visits, fee
lines, persons); the function does it to some of them, in the raw contract tables of one person bucket, the way a cheating institution's
software would fill them, and returns the changed tables and its cases: one row a unit, with the fee lines that bear the fraud.
Plants know nothing of the rules: what they do is what published cases describe.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import polars as pl

from features.parameters import Params
from models.kinds import Kind

#: Raw contract tables of one bucket by name; a plant returns those it changed.
Frames: TypeAlias = dict[str, pl.DataFrame]
Given: TypeAlias = Mapping[str, pl.DataFrame]
#: ``fixmedins_code unit`` of all it can be done with.
Units: TypeAlias = Callable[[Given, Params], pl.DataFrame]
#: Given the tables and the chosen units: the changed tables, and ``unit psn_no mdtrt_id bkkp_sns`` of each.
Deed: TypeAlias = Callable[[Given, pl.DataFrame, Params], tuple[Frames, pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Plant:
    """One way of cheating."""

    plant_id: str
    kind: Kind
    title_zh: str
    needs: tuple[str, ...]
    #: what its units are, and what the institution does with them, in the auditors' words
    unit_zh: str
    does_zh: str
    units: Units
    apply: Deed

    @property
    def doc(self) -> str:
        """The docstring: what the institution does."""
        return self.apply.__doc__ or ""


#: Tables every plant reads and most change.
BASE = ("mdtrt_d", "setl_d", "fee_list_d")


def plant(*, kind: Kind, title_zh: str, unit_zh: str, does_zh: str, units: Units, needs: tuple[str, ...] = ()) -> Callable[[Deed], Plant]:
    """Declares a plant; ``needs`` are tables beside ``BASE``."""

    def declare(function: Deed) -> Plant:
        name: str = function.__name__
        if not function.__doc__:
            raise ValueError(f"Plant {name} has no docstring; the report is built from it.")
        return Plant(name, kind, title_zh, (*BASE, *needs), unit_zh, does_zh, units, function)

    return declare


@cache
def all_plants() -> tuple[Plant, ...]:
    """Every plant of ``models.plants``, by id. Raises ValueError when a file does not hold the plant it is named for."""
    package = importlib.import_module("models.plants")
    found = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        if info.name.startswith("_"):
            continue
        unit = getattr(importlib.import_module(f"models.plants.{info.name}"), info.name, None)
        if not isinstance(unit, Plant):
            raise ValueError(f"models/plants/{info.name}.py must define a plant named {info.name}.")
        found.append(unit)
    return tuple(found)
