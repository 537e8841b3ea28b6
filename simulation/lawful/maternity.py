"""Pregnancies: prenatal visits, delivery, and the newborn's own stay when it has jaundice."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.expand import expand
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.lawful.stays import fill, length, open_stays
from simulation.reading import dx_index, stay_index


def live(chunk: Chunk) -> None:
    """Deliveries of the chunk's women, with visits before and stays of newborns after."""
    rng, p, h = chunk.rng, chunk.persons, chunk.city.habits
    fertile = p.female & (p.age >= 20) & (p.age <= 40)
    mothers = np.flatnonzero(fertile & (rng.random(p.count) < 0.055 * h.months / 12))
    if len(mothers):
        due = (h.start + rng.random(len(mothers)) * (h.end - h.start)).astype(np.int64) // DAY
        inst = chunk.city.near(rng, "maternity", p.county[mothers])
        inst = np.where(rng.random(len(mothers)) < 0.5, chunk.city.near(rng, "county", p.county[mothers]), inst)
        profile = np.where(rng.random(len(mothers)) < 0.45, stay_index()["剖宫产"], stay_index()["顺产"])
        los = length(chunk, profile)
        ok = chunk.free(mothers, (due - 3) * DAY, (due + los + 2) * DAY)
        mothers, due, inst, profile, los = mothers[ok], due[ok], inst[ok], profile[ok], los[ok]
        visits = open_stays(chunk, mothers, inst, profile, due, los, med=52, opday=0)
        fill(chunk, visits)
        n = rng.integers(3, 8, len(mothers))
        owner = np.repeat(np.arange(len(mothers)), n)
        k = np.arange(len(owner)) - np.repeat(np.cumsum(n) - n, n) + 1
        t = (due[owner] - k * rng.integers(18, 32, len(owner))) * DAY + rng.integers(28_800, 58_000, len(owner))
        ok = (t > h.start) & chunk.free(mothers[owner], t - DAY, t + DAY)
        owner, t = owner[ok], t[ok]
        pre = chunk.add_visits(mothers[owner], inst[owner], 51, t, t + 5_000, dept=DEPT_INDEX["产科"], dx=dx_index()["Z34.900"])
        expand(chunk, pre, [("visit", "o_prenatal")], np.zeros(len(pre), np.int64))
    babies = np.flatnonzero((p.born > h.start) & (rng.random(p.count) < 0.4))
    if len(babies):
        day = p.born[babies] // DAY + rng.integers(1, 6, len(babies))
        profile = np.full(len(babies), stay_index()["新生儿黄疸"])
        los = length(chunk, profile)
        ok = chunk.free(babies, day * DAY, (day + los + 1) * DAY) & (day < h.end // DAY)
        babies, day, profile, los = babies[ok], day[ok], profile[ok], los[ok]
        visits = open_stays(chunk, babies, chunk.city.near(rng, "maternity", p.county[babies]), profile, day, los)
        fill(chunk, visits)
        chunk.look("newborn_stay", "data_quality", visits)
