"""How a lawful exception is declared: a named unit that gives the keys of what it clears.

    @lawful(title_zh="化疗放疗周期住院", title_en="Chemotherapy and radiotherapy cycles", keys=("mdtrt_id",))
    def chemo_radio_cycle(t: Tables, p: Params) -> pl.LazyFrame:
        \"\"\"Why it is lawful, and how the data shows it.\"\"\"

A rule subtracts it with ``exception.clear(frame, t, p)`` and names it in ``exceptions``; findings then cite it
as ruled out.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import polars as pl

from features.parameters import Params
from features.tables import Tables


@dataclass(frozen=True, slots=True)
class LawfulException:
    """One lawful exception: ``function`` gives a frame of the distinct ``keys`` it clears."""

    name: str
    function: Callable[[Tables, Params], pl.LazyFrame]
    title_zh: str
    title_en: str
    keys: tuple[str, ...]

    @property
    def doc(self) -> str:
        """Why it is lawful, and how the data shows it."""
        return self.function.__doc__ or ""

    def clear(self, frame: pl.LazyFrame, t: Tables, p: Params) -> pl.LazyFrame:
        """The rows of ``frame`` (which bears the keys) that this exception does not explain."""
        return frame.join(self.function(t, p).select(self.keys).unique(), on=list(self.keys), how="anti")


def lawful(*, title_zh: str, title_en: str, keys: tuple[str, ...]) -> Callable[[Callable[[Tables, Params], pl.LazyFrame]], LawfulException]:
    """Declares a lawful exception; see the module's example."""

    def declare(function: Callable[[Tables, Params], pl.LazyFrame]) -> LawfulException:
        if not function.__doc__:
            raise ValueError(f"Exception {function.__name__} has no docstring; the handbook is built from it.")
        return LawfulException(function.__name__, function, title_zh, title_en, keys)

    return declare


@cache
def all_exceptions() -> dict[str, LawfulException]:
    """Every lawful exception of ``models.exceptions`` by name."""
    package = importlib.import_module("models.exceptions")
    found: dict[str, LawfulException] = {}
    for info in pkgutil.iter_modules(package.__path__, prefix="models.exceptions."):
        name = info.name.rsplit(".", 1)[-1]
        if name.startswith("_"):
            continue
        unit = getattr(importlib.import_module(info.name), name, None)
        if not isinstance(unit, LawfulException):
            raise ValueError(f"{info.name} must define a lawful exception named {name}.")
        found[name] = unit
    return dict(sorted(found.items()))
