"""Claims of the dead and of prisoners: the card goes on working."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.expand import expand
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import blame, each, per_line
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.lawful.outpatient import sell
from simulation.lawful.stays import fill, open_stays
from simulation.reading import dx_index, stay_index

HOUSES = ("village", "pharmacy", "township", "nursing", "private")
MECHANISMS = 2


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: purchases and visits after death; 1: of persons in custody. Houses with beds also keep the dead as inpatients."""
    rng, p, h = chunk.rng, chunk.persons, chunk.city.habits
    dead = a.mechanism == 0 or not (p.jailed_from < h.end).any()
    begin = np.where(dead, p.dies, p.jailed_from) + DAY
    until = np.where(dead, h.end, np.minimum(p.jailed_to, h.end)) - DAY
    pool = np.flatnonzero((begin < h.end - 15 * DAY) & (until > begin + 5 * DAY) & (until > a.since))
    near = pool[p.county[pool] == chunk.city.inst.county[a.inst]]
    pool = near if len(near) else pool
    if not len(pool):
        return
    person = rng.choice(pool, min(len(pool), 2 + int(4 * a.strength)), replace=False)
    person = np.repeat(person, rng.integers(2, 4 + int(5 * a.strength), len(person)))
    first = np.maximum(np.maximum(begin[person], a.since), h.start)
    t = first + (rng.random(len(person)) * np.maximum(DAY, until[person] - first)).astype(np.int64)
    t = t // DAY * DAY + rng.integers(30_000, 60_000, len(person))
    house = chunk.city.inst.house[a.inst]
    if house == "pharmacy":
        visits = sell(chunk, person, np.full(len(person), a.inst), t)
    elif house in ("nursing", "private"):
        _, one = np.unique(person, return_index=True)
        names = rng.choice(["高血压", "脑供血不足", "冠心病"], len(one))
        visits = open_stays(
            chunk,
            person[one],
            np.full(len(one), a.inst),
            np.array([stay_index()[str(n)] for n in names], np.int64),
            t[one] // DAY,
            rng.integers(3, 8, len(one)),
            way=1,
        )
        fill(chunk, visits)
    else:
        visits = chunk.add_visits(person, np.full(len(person), a.inst), 11, t, t + 900, dept=DEPT_INDEX["全科医学科"], dx=dx_index()["I10.x00x002"])
        expand(chunk, visits, [("visit", "c_hypertension")], np.zeros(len(visits), np.int64))
    cases = each(chunk, "dead_or_custody_claims", "after_death" if dead else "in_custody", visits)
    chunk.visits["case"][visits] = cases
    chunk.visits["presence"][visits] = 0
    lines = chunk.lines_of(visits)
    blame(chunk, lines, per_line(visits, cases, chunk.lines["visit"][lines]))
