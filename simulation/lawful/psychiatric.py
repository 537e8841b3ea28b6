"""Long psychiatric stays paid by the bed-day, settled in between every one, two or three months."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.chunk import Chunk
from simulation.habits import DAY
from simulation.lawful.stays import apart, fill, open_stays
from simulation.reading import item, stay_index

Ints = npt.NDArray[np.int64]
DISEASES = ("精神分裂症", "抑郁发作", "双相障碍", "痴呆伴精神症状", "酒精依赖")


def live(chunk: Chunk) -> None:
    """Psychiatric stays of the chunk's patients; most leave when well, the chronic ones stay for months."""
    rng, p, h = chunk.rng, chunk.persons, chunk.city.habits
    ill = rng.random(p.count) < np.where(p.age >= 18, 0.0042, 0.0004)
    person = np.flatnonzero(ill)
    old = p.age[person] >= 66
    man = ~p.female[person] & (p.age[person] >= 28) & (p.age[person] <= 68)
    u = rng.random(len(person))
    pick = np.where(old & (u < 0.6), 3, np.where(man & (u < 0.16), 4, np.where(u < 0.62, 0, np.where(u < 0.82, 1, 2))))
    profile = np.array([stay_index()[name] for name in DISEASES], np.int64)[pick]
    long = (rng.random(len(person)) < 0.35) & np.isin(pick, [0, 3])
    los = np.where(long, rng.integers(70, 300, len(person)), np.maximum(8, np.round(rng.lognormal(3.3, 0.45, len(person))))).astype(np.int64)
    day = (h.start + rng.random(len(person)) * (h.end - h.start) * np.where(long, 0.5, 0.95)).astype(np.int64) // DAY
    ok = chunk.free(person, (day - 5) * DAY, (day + los + 5) * DAY) & (p.age[person] >= 14) & apart(person, day, day + los, 20)
    person, profile, day, los = person[ok], profile[ok], day[ok], los[ok]
    inst = chunk.city.near(rng, "psych", p.county[person])
    period = np.array([30, 60, 90], np.int64)[(inst * 7 + h.seed) % 3]
    visits = open_stays(chunk, person, inst, profile, day, los, interim=np.where(los > 95, period, 0))
    fill(chunk, visits)
    chunk.look("psychiatric_long_stay_interim_settlements", "split_stay", visits[los > 95])
    chunk.look("psychiatric_daily_bundle", "phantom_service", visits)
    _leave(chunk, visits[los > 40])


def _leave(chunk: Chunk, visits: Ints) -> None:
    """Patients go home for a festival: leave days without treatment inside a real stay."""
    rng, v, line = chunk.rng, chunk.visits, chunk.lines
    for visit in chunk.pick(visits, 0.3) if len(visits) else ():
        first = v["begn"][visit] + int(rng.integers(15, 30)) * DAY
        lines = chunk.lines_of(np.array([visit]))
        gone = (line["t"][lines] > first) & (line["t"][lines] < first + int(rng.integers(2, 4)) * DAY)
        # the bed is kept and charged by agreement; nothing else is
        line["alive"][lines[gone & (line["item"][lines] != item("普通病房床位费"))]] = False
        chunk.look("leave_days", "bed_hanging", np.array([visit]))
