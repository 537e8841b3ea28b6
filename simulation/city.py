"""One simulated city: everything that is the same for all its persons, and what is summed up over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simulation import catalogue, habits, institutions, population
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.reading import rows

if TYPE_CHECKING:
    from simulation.frauds.assignment import Assignment

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class City:
    """Habits, places, institutions, prices, who cheats how, and running sums (census, stock)."""

    habits: habits.Habits
    persons: int
    villages: Ints
    inst: institutions.Institutions
    cat: catalogue.Catalogue
    taste: npt.NDArray[np.float32]
    dept_code: npt.NDArray[np.object_]
    clinic_of_village: Ints
    drg_weight: dict[str, float]
    drg_rate: float
    plan: list[Assignment] = field(default_factory=list)
    census: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 0), np.int32))
    sessions: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 0), np.int32))
    stock: dict[str, Any] = field(default_factory=dict)
    options: dict[str, float] = field(default_factory=dict)
    _weights: dict[tuple[str, int], tuple[Ints, Floats]] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """Days in the period."""
        return (self.habits.end - self.habits.start) // DAY

    def near(self, rng: np.random.Generator, house: str, county: Ints) -> Ints:
        """For each person's county an institution of the house, by size; the nearest county that has one."""
        out = np.empty(len(county), np.int64)
        for place in np.unique(county):
            at = county == place
            ids, cumulative = self._choices(house, int(place))
            out[at] = ids[np.searchsorted(cumulative, rng.random(int(at.sum())), side="right").clip(0, len(ids) - 1)]
        return out

    def _choices(self, house: str, place: int) -> tuple[Ints, Floats]:
        key = (house, place)
        if key not in self._weights:
            ids = self.inst.of_house[house]
            distance = np.abs(self.inst.county[ids] - place)
            ids = ids[distance == distance.min()]
            weight = self.inst.size[ids]
            self._weights[key] = (ids, np.cumsum(weight / weight.sum()))
        return self._weights[key]

    def doctor(self, rng: np.random.Generator, inst: Ints, dept: Ints) -> Ints:
        """A physician of the institution who serves the department (positions in the city's registry; −1 at pharmacies)."""
        count = self.inst.dr_count[inst]
        spread = np.maximum(1, count // 6)
        pick = (dept * 5 + np.floor(rng.random(len(inst)) * spread).astype(np.int64)) % np.maximum(1, count)
        return np.where(count > 0, self.inst.dr_first[inst] + pick, -1)


def build(persons: int, months: int, seed: int, *, price_level: float | None = None, institution_factor: float = 1.0) -> City:
    """Draws the city of this seed. ``institution_factor`` scales how many persons' worth of institutions there are."""
    drawn = habits.draw(seed, months, persons, price_level)
    villages = population.village_plan(drawn, persons)
    inst = institutions.build(drawn, int(persons * institution_factor), villages)
    pharmacy = inst.house == "pharmacy"
    cat = catalogue.build(drawn, inst.tier, inst.private, pharmacy)
    rng = np.random.default_rng([seed, 8])
    n, m = inst.count, len(cat.names)
    taste = np.exp(rng.normal(0, 0.30, (n, m)) + rng.normal(0, 0.18, (n, 1))).astype(np.float32)
    clinic = np.full(len(villages), -1, np.int64)
    for k in inst.of_house["village"]:
        clinic[inst.village[k]] = k
    hd = inst.where("dialysis", "county", "tertiary")
    inst.machines[hd] = 1
    weights = {row["adrg"]: 0.0 for row in rows("stays")}
    days = (drawn.end - drawn.start) // DAY
    # honest multi-site practice: county physicians who help out one day a week at a township or private house
    hosts = inst.where("county", "tcm")
    guests = inst.where("township", "private")
    sites = [(int(inst.dr_first[h] + 2), int(g)) for h, g in zip(hosts, rng.permutation(guests), strict=False) if inst.dr_count[h] >= 5]
    return City(
        habits=drawn,
        persons=persons,
        villages=villages,
        inst=inst,
        cat=cat,
        taste=taste,
        dept_code=institutions.dept_codes(drawn),
        clinic_of_village=clinic,
        drg_weight=weights,
        drg_rate=0.0,
        census=np.zeros((n, days + 62), np.int32),
        sessions=np.zeros((n, days + 62), np.int32),
        stock={"sites": sites, "site_peers": {doctor + 1 for doctor, _ in sites}},
    )


def dept_of(name: str) -> int:
    """Position of a department by name."""
    return DEPT_INDEX[name]
