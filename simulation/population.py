"""The insured: households in villages and towns, with age, sex, insurance, employer and chronic diseases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from simulation.habits import DAY, NEVER, Habits
from simulation.institutions import SURNAMES
from simulation.reading import rows

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
YEAR = 365.25 * DAY
GROUPS = ["东河镇", "西山镇", "南坪乡", "北岗镇", "双桥乡", "大塘镇", "石门乡", "青龙镇"]
HAMLETS = ["石湾村", "柳林村", "上坝村", "新桥村", "龙潭村", "花园村", "桃源村", "松树村", "杨家村", "李家村", "高山村", "平沙村"]


@dataclass(slots=True)
class Persons:
    """Persons of one chunk as arrays; ``number`` is the person's position in the whole city."""

    number: Ints
    female: Flags
    born: Ints
    age: Ints
    village: Ints
    county: Ints
    household: Ints
    employee: Flags
    retired: Flags
    emp: Ints
    chronic: Flags
    dialysis: Flags
    dies: Ints
    jailed_from: Ints
    jailed_to: Ints
    surname: Ints

    @property
    def count(self) -> int:
        """How many persons."""
        return len(self.number)


def village_plan(habits: Habits, persons: int) -> Ints:
    """County of each village or quarter; every one holds about 110 persons in a small city, up to 700 in a large one."""
    rng = np.random.default_rng([habits.seed, 6])
    size = int(np.clip(persons / 90, 40, 700))
    count = max(20, persons // size)
    weight = rng.dirichlet(np.full(len(habits.counties), 6.0))
    return np.sort(rng.choice(len(habits.counties), count, p=weight)).astype(np.int64)


def build(habits: Habits, villages: Ints, first: int, count: int, total: int, chunk: int) -> Persons:
    """The persons ``first`` … ``first + count`` of the city of ``total``; neighbours stand beside each other."""
    rng = np.random.default_rng([habits.seed, 7, chunk])
    number = np.arange(first, first + count, dtype=np.int64)
    village = np.minimum(number * len(villages) // total, len(villages) - 1)
    household = number // 3
    female = rng.random(count) < 0.492
    band = rng.choice(7, count, p=[0.06, 0.11, 0.12, 0.28, 0.20, 0.15, 0.08])
    low = np.array([0, 6, 16, 26, 46, 60, 73])[band]
    high = np.array([6, 16, 26, 46, 60, 73, 94])[band]
    years = low + rng.random(count) * (high - low)
    born = ((habits.start - years * YEAR) // DAY * DAY).astype(np.int64)
    # some babies are born inside the period; twins share household and birthday
    fresh = (rng.random(count) < 0.006) & (number % 3 == 2)
    born = np.where(fresh, habits.start + (rng.random(count) * (habits.end - habits.start) * 0.9).astype(np.int64) // DAY * DAY, born)
    twin = (rng.random(count) < 0.004) & (number % 3 == 2) & (np.arange(count) > 0)
    born = np.where(twin, np.roll(born, 1), born)
    age = np.maximum(0, (habits.start - born) // YEAR).astype(np.int64)
    working = (age >= 18) & (age < 60)
    employee = (rng.random(count) < np.where(working, 0.40, np.where(age >= 60, 0.32, 0.0))) & (age >= 18)
    employers = max(20, total // 140)
    emp = np.where(employee, 10_000 + (rng.pareto(1.1, count) * employers / 25).astype(np.int64) % employers, 0)
    diseases = rows("chronic")
    p60 = np.array([float(row["prevalence_60"]) for row in diseases]) * habits.chronic_share
    p40 = np.array([float(row["prevalence_40"]) for row in diseases]) * habits.chronic_share
    p = np.where((age >= 60)[:, None], p60, np.where((age >= 40)[:, None], p40, np.where((age >= 22)[:, None], p40 * 0.05, 0.0)))
    chronic = rng.random((count, len(diseases))) < p
    dialysis = (rng.random(count) < habits.dialysis_share * np.where(age >= 55, 2.2, np.where(age >= 30, 1.0, 0.05))) & (age >= 22)
    yearly = 0.0004 * np.exp((age - 30) / 11.5) * np.where(dialysis, 6, 1)
    months = habits.months
    dead = rng.random(count) < np.minimum(0.5, yearly * months / 12)
    dies = np.where(dead, habits.start + (rng.random(count) * (habits.end - habits.start)).astype(np.int64), NEVER)
    jailed = (rng.random(count) < 0.0012) & working & ~dialysis
    span = habits.end - habits.start
    jailed_from = np.where(jailed, habits.start - 90 * DAY + (rng.random(count) * span).astype(np.int64), NEVER) // DAY * DAY
    jailed_to = np.where(jailed, jailed_from + rng.integers(15, 400, count) * DAY, NEVER) // DAY * DAY
    return Persons(
        number=number,
        female=female,
        born=born,
        age=age,
        village=village,
        county=villages[village],
        household=household,
        employee=employee,
        retired=employee & (age >= np.where(female, 53, 60)),
        emp=emp,
        chronic=chronic,
        dialysis=dialysis,
        dies=dies,
        jailed_from=jailed_from,
        jailed_to=jailed_to,
        surname=rng.integers(0, len(SURNAMES), count),
    )


def psn_no(habits: Habits, number: Ints) -> npt.NDArray[np.object_]:
    """20 digits: the city's division and a serial that does not give away the order (a bijection of the position)."""
    scrambled = (number * 387_420_489 + habits.seed * 7_919 + 77_777) % 1_000_000_007_777
    return np.array([f"{habits.city}{value:016d}" for value in scrambled], dtype=object)


def address(habits: Habits, village: Ints, county: Ints, household: Ints) -> npt.NDArray[np.object_]:
    """County, township, village and house number of each household."""
    out = np.empty(len(village), dtype=object)
    for k in range(len(village)):
        v = int(village[k])
        out[k] = (
            f"{habits.county_names[county[k]]}{GROUPS[v // len(HAMLETS) % len(GROUPS)]}{HAMLETS[v % len(HAMLETS)]}"
            f"{v // (len(HAMLETS) * len(GROUPS)) + 1}组{int(household[k]) % 997 + 1}号"
        )
    return out


def iso_day(second: int) -> str:
    """``yyyy-MM-dd`` of an epoch second."""
    return datetime.fromtimestamp(second, tz=UTC).strftime("%Y-%m-%d")
