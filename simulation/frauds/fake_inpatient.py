"""Fake inpatients: bus-loads from one village, a few from one town, the hospital's own staff, drinkers coded as insane, one person in two beds."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, blame, each, neighbours, per_line, some_days
from simulation.habits import DAY
from simulation.lawful.stays import apart, fill, open_stays
from simulation.population import HAMLETS
from simulation.reading import dx_index, stay_index

HOUSES = ("private", "psych", "nursing", "rehab", "township")
MECHANISMS = 5
GENERAL = ("腰椎间盘突出", "高血压", "脑供血不足", "支气管炎", "颈椎病")
MIND = ("精神分裂症", "痴呆伴精神症状", "抑郁发作")


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: village groups; 1: own staff; 2: drinkers or elderly recruited one by one; 3: registered while in another hospital; 4: a few of a town."""
    psych = chunk.city.inst.house[a.inst] == "psych"
    visits = (_group, _staff, _recruited, _two_beds, _few)[a.mechanism](chunk, a, bool(psych))
    if not len(visits):
        return
    name = ("village_group", "own_staff", "recruited", "two_beds", "few_of_a_town")[a.mechanism]
    fill(chunk, visits, intensity=0.55 + 0.2 * a.disguise)
    cases = each(chunk, "fake_inpatient", name, visits)
    chunk.visits["case"][visits] = cases
    chunk.visits["presence"][visits] = 0
    lines = chunk.lines_of(visits)
    blame(chunk, lines, per_line(visits, cases, chunk.lines["visit"][lines]))


def _profiles(chunk: Chunk, count: int, psych: bool) -> Ints:
    names = MIND if psych else GENERAL
    return np.array([stay_index()[str(name)] for name in chunk.rng.choice(names, count)], np.int64)


def _add(chunk: Chunk, a: Assignment, person: Ints, day: Ints, los: Ints, psych: bool) -> Ints:
    ok = chunk.free(person, (day - 1) * DAY, (day + los + 1) * DAY) & apart(person, day, day + los, 3)
    person, day, los = person[ok], day[ok], los[ok]
    if not len(person):
        return np.empty(0, np.int64)
    profile = _profiles(chunk, len(person), psych)
    return open_stays(chunk, person, np.full(len(person), a.inst), profile, day, los, way=1)


def _group(chunk: Chunk, a: Assignment, psych: bool) -> Ints:
    """Some dozens of neighbours admitted on one day and sent home on one day; disguised ones are spread over three days."""
    rng, p = chunk.rng, chunk.persons
    out = []
    for _ in range(2 + int(4 * a.strength)):
        pool = neighbours(chunk, a.inst)
        village = int(rng.choice(p.village[pool]))
        pool = np.flatnonzero((p.village == village) & (p.age >= 50) & ~p.dialysis)
        if len(pool) < 4:
            continue
        person = rng.choice(pool, min(len(pool), 6 + int(8 * a.strength)), replace=False)
        spread = 1 + int(2 * a.disguise)
        day = some_days(chunk, a, 1, 20)[0] + rng.integers(0, spread, len(person))
        los = np.full(len(person), int(rng.integers(20, 31) if psych else rng.integers(5, 10))) + rng.integers(0, spread, len(person))
        out.append(_add(chunk, a, person, day, los, psych))
    return np.concatenate(out) if out else np.empty(0, np.int64)


def _few(chunk: Chunk, a: Assignment, psych: bool) -> Ints:
    """A recruiter fills a minibus in one town every few weeks: four to seven people of several villages, in and out within days of each other."""
    rng, p = chunk.rng, chunk.persons
    towns = p.village // len(HAMLETS)
    out = []
    for _ in range(3 + int(5 * a.strength)):
        pool = neighbours(chunk, a.inst)
        town = int(rng.choice(towns[pool]))
        pool = np.flatnonzero((towns == town) & (p.age >= 50) & ~p.dialysis)
        if len(pool) < 7:
            continue
        person = rng.choice(pool, int(rng.integers(4, 8)), replace=False)
        day = some_days(chunk, a, 1, 20)[0] + rng.integers(0, 2 + int(2 * a.disguise), len(person))
        los = np.full(len(person), int(rng.integers(20, 31) if psych else rng.integers(6, 11))) + rng.integers(0, 2, len(person))
        out.append(_add(chunk, a, person, day, los, psych))
    return np.concatenate(out) if out else np.empty(0, np.int64)


def _staff(chunk: Chunk, a: Assignment, psych: bool) -> Ints:
    """The hospital's own guards and carers, insured through it, lie in its beds by turns."""
    rng, p = chunk.rng, chunk.persons
    mine = np.flatnonzero(p.emp == chunk.city.inst.emp[a.inst])
    if not len(mine):
        return np.empty(0, np.int64)
    person = np.repeat(mine, 2 + int(3 * a.strength))
    day = some_days(chunk, a, len(person), 25)
    los = rng.integers(15, 30, len(person)) if psych else rng.integers(6, 13, len(person))
    return _add(chunk, a, person, day, los, psych)


def _recruited(chunk: Chunk, a: Assignment, psych: bool) -> Ints:
    """People fetched from home free of charge, again and again; drinkers become patients of the mind."""
    rng, p = chunk.rng, chunk.persons
    pool = neighbours(chunk, a.inst)
    pool = pool[(p.age[pool] >= 58) & ~p.dialysis[pool]]
    person = np.repeat(rng.choice(pool, min(len(pool), 6 + int(12 * a.strength)), replace=False), 2)
    day = some_days(chunk, a, len(person), 35)
    los = rng.integers(20, 45, len(person)) if psych else rng.integers(6, 12, len(person))
    visits = _add(chunk, a, person, day, los, psych)
    if psych and len(visits):
        men = visits[~p.female[chunk.visits["person"][visits]]]
        chunk.visits["profile"][men] = stay_index()["酒精依赖"]
        chunk.visits["dx"][men] = dx_index()["F10.200"]
    return visits


def _two_beds(chunk: Chunk, a: Assignment, psych: bool) -> Ints:
    """Patients of another hospital are registered here during their stay there."""
    rng, v = chunk.rng, chunk.visits
    others = np.flatnonzero(chunk.inpatient() & v["alive"] & ~v["open"] & (v["case"] < 0) & (v["inst"] != a.inst) & (v["begn"] >= a.since))
    others = others[(chunk.los(others) >= 6) & (chunk.persons.age[v["person"][others]] >= 30)]
    if not len(others):
        return np.empty(0, np.int64)
    at = rng.choice(others, min(len(others), 4 + int(8 * a.strength)), replace=False)
    day = v["begn"][at] // DAY + 1 + rng.integers(0, 2, len(at))
    los = np.maximum(3, chunk.los(at) - rng.integers(2, 4, len(at)))
    profile = _profiles(chunk, len(at), psych)
    return open_stays(chunk, v["person"][at], np.full(len(at), a.inst), profile, day, los, way=1)
