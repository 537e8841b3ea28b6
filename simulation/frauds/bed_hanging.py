"""Hanging beds: the patient is registered and charged, but is at home, or the stay goes on after care has ended."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, active, blame, days_of, each, neighbours, per_line, some, some_days, within
from simulation.habits import DAY
from simulation.lawful.outpatient import sell
from simulation.lawful.stays import apart, fill, open_stays
from simulation.reading import item, items, stay_index

HOUSES = ("private", "township", "county", "tcm", "nursing", "community", "rehab")
MECHANISMS = 3
MILD = ("高血压", "糖尿病", "腰椎间盘突出", "颈椎病", "脑供血不足", "支气管炎", "中医腰痹")
KEPT = ("普通病房床位费", "住院诊查费", "Ⅰ级护理", "Ⅱ级护理", "Ⅲ级护理")


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: stays with hardly any care; 1: the patient lives outside meanwhile; 2: idle days hung on real stays."""
    if a.mechanism == 2:
        _idle_tail(chunk, a)
        return
    visits = _stays(chunk, a)
    if not len(visits):
        return
    cases = each(chunk, "bed_hanging", "absent" if a.mechanism else "no_care", visits)
    chunk.visits["case"][visits] = cases
    chunk.visits["presence"][visits] = 0
    lines = chunk.lines_of(visits)
    line = chunk.lines
    case = per_line(visits, cases, line["visit"][lines])
    kept = np.isin(line["item"][lines], items(*KEPT))
    first = line["t"][lines] < chunk.visits["begn"][line["visit"][lines]] + DAY
    # care is given on the first day; later only a token now and then, so that no day looks quite empty when disguised
    token = chunk.rng.random(len(lines)) < 0.03 + 0.05 * a.disguise
    line["alive"][lines[~kept & ~first & ~token]] = False
    left = np.flatnonzero(kept & ~first)
    blame(chunk, lines[left], case[left])
    if a.mechanism == 1:
        _life_outside(chunk, visits)


def _stays(chunk: Chunk, a: Assignment) -> Ints:
    rng = chunk.rng
    real = chunk.stays_of(a.inst)
    count = int(np.clip(len(active(chunk, a, real)) * (0.3 + 0.9 * a.strength), 10, 60))
    pool = neighbours(chunk, a.inst)
    pool = pool[(chunk.persons.age[pool] >= 45) & ~chunk.persons.dialysis[pool]]
    person = rng.choice(pool, count * 2)
    profile = np.array([stay_index()[str(name)] for name in rng.choice(MILD, len(person))], np.int64)
    day = some_days(chunk, a, len(person), 20)
    los = rng.integers(7, 15, len(person))
    ok = chunk.free(person, (day - 2) * DAY, (day + los + 2) * DAY) & apart(person, day, day + los, 15)
    chosen = np.flatnonzero(ok)[:count]
    if not len(chosen):
        return np.empty(0, np.int64)
    visits = open_stays(chunk, person[chosen], np.full(len(chosen), a.inst), profile[chosen], day[chosen], los[chosen], way=1)
    fill(chunk, visits)
    return visits


def _life_outside(chunk: Chunk, visits: Ints) -> None:
    """Purchases and clinic visits elsewhere on days in the middle of the stay."""
    rng, v = chunk.rng, chunk.visits
    owner, day = days_of(chunk, visits)
    middle = (day > v["begn"][visits][owner] // DAY + 1) & (day < v["end"][visits][owner] // DAY - 1)
    hit = np.flatnonzero(middle & (rng.random(len(owner)) < 0.16))
    person = v["person"][visits][owner[hit]]
    t = day[hit] * DAY + rng.integers(30_000, 66_000, len(hit))
    sell(chunk, person, chunk.city.near(rng, "pharmacy", chunk.persons.county[person]), t)


def _idle_tail(chunk: Chunk, a: Assignment) -> None:
    """Real patients whose discharge is put off: bed, consultation and nursing go on, nothing else does."""
    rng, v = chunk.rng, chunk.visits
    visits = some(chunk, a, chunk.stays_of(a.inst), 0.15, 0.6)
    extra = rng.integers(4, 9, len(visits))
    later = v["end"][visits] + extra * DAY
    ok = chunk.free(v["person"][visits], v["end"][visits] + DAY, later + 2 * DAY) & (later < chunk.city.habits.end - DAY)
    visits, extra, later = visits[ok], extra[ok], later[ok]
    if not len(visits):
        return
    cases = each(chunk, "bed_hanging", "idle_tail", visits)
    owner = np.repeat(np.arange(len(visits)), extra)
    k = np.arange(len(owner)) - np.repeat(np.cumsum(extra) - extra, extra)
    day = v["end"][visits][owner] // DAY + k
    v["end"][visits] = later
    hour = chunk.city.habits.posting_hour
    for name in ("普通病房床位费", "住院诊查费", "Ⅱ级护理"):
        t = (day + (hour < 1)) * DAY + int(hour * 3600) + rng.integers(0, 500, len(owner))
        chunk.add_lines(visits[owner], item(name), within(chunk, visits[owner], t), 1.0, case=cases[owner])
    if a.disguise > 0.4:
        some_of = rng.random(len(owner)) < 0.25
        t = day[some_of] * DAY + rng.integers(30_000, 60_000, int(some_of.sum()))
        chunk.add_lines(visits[owner[some_of]], item("红外线治疗"), within(chunk, visits[owner[some_of]], t), 1.0, case=cases[owner[some_of]])
