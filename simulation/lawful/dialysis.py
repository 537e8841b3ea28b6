"""Maintenance haemodialysis: two or three sessions a week on fixed days; in hospital it goes on there, not at home."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.chunk import Chunk
from simulation.expand import expand
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.lawful.stays import apart, fill, open_stays
from simulation.reading import dx_index, item, items, stay_index

Ints = npt.NDArray[np.int64]
DISE_DIALYSIS = 100


def live(chunk: Chunk) -> None:
    """Sessions of all dialysis patients of the chunk, with stays in which dialysis is done in hospital."""
    rng, p, city = chunk.rng, chunk.persons, chunk.city
    h = city.habits
    person = np.flatnonzero(p.dialysis)
    if not len(person):
        return
    house = rng.choice(3, len(person), p=[0.5, 0.3, 0.2])
    county = p.county[person]
    inst = np.choose(house, [city.near(rng, "dialysis", county), city.near(rng, "county", county), city.near(rng, "tertiary", county)])
    begins = np.where(rng.random(len(person)) < 0.15, h.start + (rng.random(len(person)) * (h.end - h.start) * 0.7).astype(np.int64), h.start)
    _stays(chunk, person, begins)
    days = np.arange(h.start // DAY, h.end // DAY)
    weekday = (days + 3) % 7
    pattern = rng.choice(4, len(person), p=[0.44, 0.40, 0.08, 0.08])
    plan = np.array([[0, 2, 4], [1, 3, 5], [0, 3, -1], [1, 4, -1]])
    due = (weekday[None, :, None] == plan[pattern][:, None, :]).any(2)
    # now and then a session moves by a day (holiday, machine) or is missed; the week's count stays
    missed = rng.random(due.shape) < 0.02
    due &= ~missed & (days[None, :] >= begins[:, None] // DAY) & (days[None, :] < p.dies[person][:, None] // DAY)
    who, when = np.nonzero(due)
    shift = rng.integers(0, 3, len(person))
    begn = days[when] * DAY + (np.array([7.1, 12.0, 17.0])[shift[who]] * 3600 + rng.integers(0, 2_400, len(who))).astype(np.int64)
    end = begn + 14_400 + rng.integers(-600, 1_200, len(who))
    ok = chunk.free(person[who], days[when] * DAY, (days[when] + 1) * DAY - 1)
    who, begn, end = who[ok], begn[ok], end[ok]
    dx = np.where(person % 2 == 0, dx_index()["N18.500"], dx_index()["N18.501"])
    visits = chunk.add_visits(person[who], inst[who], 14, begn, end, dept=DEPT_INDEX["血透室"], dx=dx[who], dise=DISE_DIALYSIS)
    kind = sessions(chunk, visits, hdf_share=h.hdf_share)
    chunk.look("perfusion_alone", "duplicate_charge", visits[kind == 2])
    chunk.notes["dialysis_house"] = dict(zip(person.tolist(), inst.tolist(), strict=True))


def sessions(chunk: Chunk, visits: Ints, *, hdf_share: float, case: Ints | None = None) -> Ints:
    """Adds the lines of sessions; returns 0 haemodialysis, 1 haemodiafiltration, 2 perfusion (which includes dialysis) for each."""
    rng = chunk.rng
    n = len(visits)
    perfuse = rng.random(n) < 0.012
    hdf = ~perfuse & (rng.random(n) < hdf_share)
    cases = case if case is not None else np.full(n, -1, np.int64)
    lines = expand(chunk, visits, [("dialysis",)], np.zeros(n, np.int64), case=cases)
    line = chunk.lines
    position = np.searchsorted(visits, line["visit"][lines])
    what = line["item"][lines]
    swap = {"血液透析": ("血液透析滤过", "血液灌流"), "血液透析器(空心纤维)": ("血液透析滤过器", "血液灌流器")}
    for name, (filtered, perfused) in swap.items():
        mine = what == item(name)
        line["item"][lines] = np.where(mine & hdf[position], item(filtered), np.where(mine & perfuse[position], item(perfused), line["item"][lines]))
    return np.where(perfuse, 2, np.where(hdf, 1, 0))


def _stays(chunk: Chunk, person: Ints, begins: Ints) -> None:
    """Dialysis patients fall ill more often; in the ward dialysis continues, in the first days as an emergency."""
    rng, h = chunk.rng, chunk.city.habits
    count = rng.poisson(0.8 * h.months / 12, len(person))
    who = np.repeat(np.arange(len(person)), count)
    fistula = rng.random(len(who)) < 0.2
    profile = np.where(fistula, stay_index()["内瘘手术"], stay_index()["透析患者住院"])
    day = (h.start + rng.random(len(who)) * (h.end - h.start)).astype(np.int64) // DAY
    los = np.maximum(3, np.round(rng.lognormal(2.1, 0.35, len(who)))).astype(np.int64)
    ok = (day * DAY > begins[who]) & chunk.free(person[who], day * DAY, (day + los + 1) * DAY) & apart(person[who], day, day + los, 16)
    who, profile, day, los = who[ok], profile[ok], day[ok], los[ok]
    inst = np.where(
        rng.random(len(who)) < 0.5,
        chunk.city.near(rng, "county", chunk.persons.county[person[who]]),
        chunk.city.near(rng, "tertiary", chunk.persons.county[person[who]]),
    )
    visits = open_stays(chunk, person[who], inst, profile, day, los)
    fill(chunk, visits)
    lines = chunk.lines_of(visits)
    hidden = np.isin(chunk.lines["item"][lines], items("血液透析", "血液透析管路"))
    inside = np.unique(chunk.lines["visit"][lines[hidden]])
    chunk.look("dialysis_in_hospital", "dialysis_excess", inside)
