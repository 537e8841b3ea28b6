"""What the kinds share: when an institution's cheating is in force, how much of its work it touches, whom it can use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.habits import DAY

Ints = npt.NDArray[np.int64]


def active(chunk: Chunk, a: Assignment, visits: Ints) -> Ints:
    """Visits that begin after the cheating began."""
    return visits[chunk.visits["begn"][visits] >= a.since]


def some(chunk: Chunk, a: Assignment, visits: Ints, low: float, high: float) -> Ints:
    """The part of the visits the institution cheats on: between the shares by strength, less when disguised."""
    share = (low + (high - low) * a.strength) * (1 - 0.35 * a.disguise)
    return chunk.pick(active(chunk, a, visits), share)


def neighbours(chunk: Chunk, inst: int) -> Ints:
    """Persons of the institution's county in this chunk, or all when it has none here."""
    at = np.flatnonzero(chunk.persons.county == chunk.city.inst.county[inst])
    return at if len(at) >= 20 else np.arange(chunk.persons.count)


def some_days(chunk: Chunk, a: Assignment, count: int, margin: int = 30) -> Ints:
    """Random epoch days in the time the cheating is in force, leaving ``margin`` days before the end."""
    h = chunk.city.habits
    first, last = max(a.since, h.start) // DAY + 1, h.end // DAY - margin
    return chunk.rng.integers(first, max(first + 1, last), count)


def each(chunk: Chunk, kind: str, mechanism: str, visits: Ints) -> Ints:
    """Opens one case a visit; returns the case numbers."""
    v = chunk.visits
    return np.array([chunk.case(kind, mechanism, v["inst"][x], v["person"][x], x) for x in visits.tolist()], np.int64)


def blame(chunk: Chunk, lines: Ints, cases: Ints) -> None:
    """Marks lines as the lines at fault of cases."""
    chunk.lines["case"][lines] = cases


def per_line(visits: Ints, cases: Ints, lines_visit: Ints) -> Ints:
    """The case of each line by its visit (``visits`` ascending)."""
    order = np.argsort(visits)
    return cases[order][np.searchsorted(visits[order], lines_visit)]


def days_of(chunk: Chunk, visits: Ints) -> tuple[Ints, Ints]:
    """(position within ``visits``, epoch day) for every day of each stay."""
    los = chunk.los(visits)
    owner = np.repeat(np.arange(len(visits)), los)
    k = np.arange(len(owner)) - np.repeat(np.cumsum(los) - los, los)
    return owner, chunk.visits["begn"][visits][owner] // DAY + k


def within(chunk: Chunk, visits: Ints, t: Ints) -> Ints:
    """Times moved inside their visits."""
    v = chunk.visits
    return np.clip(t, v["begn"][visits] + 900, np.maximum(v["begn"][visits] + 1_000, v["end"][visits] - 900))
