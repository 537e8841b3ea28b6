"""Who cheats, how, how strongly, since when: drawn once for the city; then each kind's file plants its acts in each chunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulation.chunk import Chunk
from simulation.city import City
from simulation.settle import Books


@dataclass(frozen=True, slots=True)
class Assignment:
    """One institution's way of cheating: kind, mechanism (a number its file interprets), strength 0–1, disguise 0–1, from when."""

    inst: int
    kind: str
    mechanism: int
    strength: float
    disguise: float
    since: int


def draw(city: City, *, guilty_share: float, disguise: float) -> list[Assignment]:
    return []
def before_life(chunk: Chunk) -> None: ...
def plant(chunk: Chunk) -> None: ...
def after_settlement(chunk: Chunk, books: Books) -> None: ...
def on_tables(chunk: Chunk, made: dict[str, pl.DataFrame], rng: np.random.Generator) -> dict[str, pl.DataFrame]:
    return made
