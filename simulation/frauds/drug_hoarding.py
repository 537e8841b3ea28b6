"""Drugs bought to be sold on: the same few drugs from many houses, far more than can be taken."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.expand import expand
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import neighbours
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.reading import dx_index, item

HOUSES = ("pharmacy", "community", "township")
MECHANISMS = 2
WANTED = ("百令胶囊", "阿托伐他汀钙片", "硫酸氢氯吡格雷片", "通心络胶囊", "达格列净片", "利伐沙班片", "金水宝胶囊", "磷酸西格列汀片")


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: a few persons who buy here and at other houses in turn; 1: many packs here at the year's end."""
    rng, p, city = chunk.rng, chunk.persons, chunk.city
    pool = neighbours(chunk, a.inst)
    pool = pool[(p.age[pool] >= 45) & (p.dies[pool] > city.habits.end)]
    if not len(pool):
        return
    buyers = rng.choice(pool, min(len(pool), 2 + int(5 * a.strength)), replace=False)
    here = city.inst.house[a.inst]
    others = np.flatnonzero((city.inst.house == here) & (np.abs(city.inst.county - city.inst.county[a.inst]) <= 1))
    person, inst, day = [], [], []
    span = city.habits.end // DAY - max(a.since, city.habits.start) // DAY
    for buyer in buyers.tolist():
        if a.mechanism == 0:
            rounds = max(6, int(span / (6 + 6 * a.disguise)))
            days = max(a.since, city.habits.start) // DAY + np.sort(rng.integers(0, max(1, span - 2), rounds))
            places = np.where(rng.random(rounds) < 0.6, a.inst, rng.choice(others, rounds))
        else:
            rounds = 8 + int(10 * a.strength)
            days = city.habits.end // DAY - 2 - np.sort(rng.integers(0, 45, rounds))[::-1]
            places = np.full(rounds, a.inst)
        person.extend([buyer] * rounds)
        inst.extend(places.tolist())
        day.extend(days.tolist())
    who, where = np.array(person, np.int64), np.array(inst, np.int64)
    t = np.array(day, np.int64) * DAY + rng.integers(30_000, 66_000, len(who))
    ok = chunk.free(who, t - DAY, t + DAY)
    who, where, t = who[ok], where[ok], t[ok]
    if not len(who):
        return
    if here == "pharmacy":
        visits = chunk.add_visits(who, where, 41, t, t + 200)
    else:
        visits = chunk.add_visits(who, where, 11, t, t + 900, dept=DEPT_INDEX["慢病门诊"], dx=dx_index()["I25.103"])
        expand(chunk, visits, [("visit",)], np.zeros(len(visits), np.int64))
    drugs = [item(WANTED[k]) for k in rng.choice(len(WANTED), 3, replace=False)]
    cases = {int(b): chunk.case("drug_hoarding", "in_turn" if a.mechanism == 0 else "year_end", a.inst, int(b)) for b in buyers}
    own = np.array([cases[int(b)] for b in who], np.int64)
    chunk.visits["case"][visits] = own
    for drug in drugs:
        packs = rng.integers(3, 5 + int(4 * a.strength), len(visits)).astype(np.float64)
        chunk.add_lines(visits, drug, t + 30, packs, case=own)
