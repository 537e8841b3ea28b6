"""The persons of one chunk with all their visits and lines while they are being made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from simulation.city import City
from simulation.columns import LINE, VISIT, Columns
from simulation.habits import DAY
from simulation.population import Persons

Ints = npt.NDArray[np.int64]
INPATIENT = (21, 52)


@dataclass(slots=True)
class Case:
    """One planted act: the unit a finding should hit. ``yuan`` None = the scope amounts of the lines at fault."""

    kind: str
    mechanism: str
    inst: int
    person: int
    visit: int
    yuan: float | None = None


@dataclass(slots=True)
class Chunk:
    """Working set of one chunk; lawful life and frauds write into ``visits`` and ``lines``."""

    city: City
    persons: Persons
    rng: np.random.Generator
    number: int
    visits: Columns = field(default_factory=lambda: Columns(VISIT))
    lines: Columns = field(default_factory=lambda: Columns(LINE))
    cases: list[Case] = field(default_factory=list)
    looks: list[tuple[str, str, Ints]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    def case(self, kind: str, mechanism: str, inst: int, person: int = -1, visit: int = -1, yuan: float | None = None) -> int:
        """Opens a planted case and returns its number within the chunk."""
        self.cases.append(Case(kind, mechanism, int(inst), int(person), int(visit), yuan))
        return len(self.cases) - 1

    def look(self, name: str, resembles: str, visits: Ints) -> None:
        """Notes lawful visits that resemble a violation of the kind ``resembles``."""
        if len(visits):
            self.looks.append((name, resembles, np.asarray(visits, np.int64)))

    def add_visits(self, person: Ints, inst: Ints, med: Any, begn: Ints, end: Ints, **more: Any) -> Ints:
        """Adds visits; the physician is drawn when not given."""
        person, inst = np.asarray(person, np.int64), np.asarray(inst, np.int64)
        dept = more.get("dept", 0)
        dept_array = np.full(len(person), dept, np.int64) if np.isscalar(dept) else np.asarray(dept, np.int64)
        doc = more.pop("doc", None)
        if doc is None:
            doc = self.city.doctor(self.rng, inst, dept_array)
        return self.visits.add(len(person), person=person, inst=inst, med=med, begn=begn, end=end, doc=doc, **more)

    def add_lines(self, visit: Ints, item: Any, t: Any, cnt: Any = 1.0, **more: Any) -> Ints:
        """Adds fee lines to visits."""
        visit = np.asarray(visit, np.int64)
        return self.lines.add(len(visit), visit=visit, item=item, t=t, cnt=cnt, **more)

    def inpatient(self) -> npt.NDArray[np.bool_]:
        """True for stays among all visits."""
        return np.isin(self.visits["med"], INPATIENT)

    def stays_of(self, inst: int) -> Ints:
        """Living, closed lawful stays of an institution, in order of admission."""
        v = self.visits
        at = np.flatnonzero((v["inst"] == inst) & self.inpatient() & v["alive"] & ~v["open"] & (v["case"] < 0))
        return np.asarray(at[np.argsort(v["begn"][at], kind="stable")], np.int64)

    def visits_of(self, inst: int, *meds: int) -> Ints:
        """Living lawful visits of an institution with these categories, in order of time."""
        v = self.visits
        at = np.flatnonzero((v["inst"] == inst) & np.isin(v["med"], meds) & v["alive"] & ~v["open"] & (v["case"] < 0))
        return np.asarray(at[np.argsort(v["begn"][at], kind="stable")], np.int64)

    def lines_of(self, visits: Ints) -> Ints:
        """Positions of the living lines of these visits."""
        marked = np.zeros(self.visits.size, np.bool_)
        marked[np.asarray(visits, np.int64)] = True
        return np.flatnonzero(marked[self.lines["visit"]] & self.lines["alive"])

    def pick(self, among: Ints, share: float) -> Ints:
        """A random part of the positions; at least one when there is any."""
        if not len(among):
            return among
        count = max(1, round(len(among) * share))
        return np.sort(self.rng.choice(among, min(count, len(among)), replace=False))

    def los(self, visits: Ints) -> Ints:
        """Days of stay (date difference, at least 1)."""
        v = self.visits
        return np.asarray(np.maximum(1, v["end"][visits] // DAY - v["begn"][visits] // DAY), np.int64)

    def free(self, person: Ints, begn: Ints, end: Ints) -> npt.NDArray[np.bool_]:
        """True where the person is in no stay between begn and end, alive and at liberty."""
        v = self.visits
        stays = np.flatnonzero(self.inpatient() & v["alive"])
        order = stays[np.lexsort((v["begn"][stays], v["person"][stays]))]
        key = v["person"][order] * 10**11 + v["begn"][order] // 10
        last = np.searchsorted(key, person * 10**11 + end // 10, side="right") - 1
        before = order[np.maximum(last, 0)] if len(order) else np.zeros(len(person), np.int64)
        clash = np.zeros(len(person), np.bool_)
        for back in range(3):
            position = last - back
            inside = position >= 0
            before = order[np.maximum(position, 0)] if len(order) else before
            if len(order):
                clash |= inside & (v["person"][before] == person) & (v["end"][before] >= begn) & (v["begn"][before] <= end)
        p = self.persons
        return ~clash & (p.dies[person] > end) & ((p.jailed_from[person] > end) | (p.jailed_to[person] < begn)) & (p.born[person] <= begn)
