"""Somebody else under the card: women's treatment on men's cards, visits while the holder lies in hospital, wrong faces."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.expand import expand
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, active, blame, days_of, each, neighbours, per_line, some_days
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.lawful.outpatient import sell
from simulation.reading import dx_index, item
from simulation.traces import looked_at

HOUSES = ("pharmacy", "private", "community", "dialysis", "township", "county")
MECHANISMS = 3


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: the other sex's treatment; 1: treated here while lying in another hospital; 2: the face at the terminal is not the holder's."""
    house = chunk.city.inst.house[a.inst]
    visits = _face(chunk, a) if a.mechanism == 2 or house == "dialysis" else (_sex, _elsewhere)[a.mechanism](chunk, a, house == "pharmacy")
    if not len(visits):
        return
    name = ("other_sex", "lies_elsewhere", "other_face")[2 if house == "dialysis" else a.mechanism]
    if name == "lies_elsewhere":
        # the holder is on the ward: no terminal here can have seen his face
        chunk.visits["presence"][visits] = 0
    cases = each(chunk, "impersonation", name, visits)
    chunk.visits["case"][visits] = np.where(chunk.visits["case"][visits] < 0, cases, chunk.visits["case"][visits])
    lines = chunk.lines_of(visits)
    lines = lines[chunk.lines["case"][lines] < 0]
    blame(chunk, lines, per_line(visits, cases, chunk.lines["visit"][lines]))


def _sex(chunk: Chunk, a: Assignment, shop: bool) -> Ints:
    """Relatives use a husband's or a father's card for women's complaints, or the reverse."""
    rng, p = chunk.rng, chunk.persons
    pool = neighbours(chunk, a.inst)
    pool = pool[(p.age[pool] >= 22) & (p.age[pool] <= 75)]
    person = rng.choice(pool, 6 + int(16 * a.strength))
    t = some_days(chunk, a, len(person), 3) * DAY + rng.integers(30_000, 60_000, len(person))
    ok = chunk.free(person, t - DAY, t + DAY)
    person, t = person[ok], t[ok]
    woman = p.female[person]
    if shop:
        visits = chunk.add_visits(person, np.full(len(person), a.inst), 41, t, t + 200)
        chunk.add_lines(visits, np.where(woman, item("盐酸坦索罗辛缓释胶囊"), item("妇科千金片")), t + 30, 2.0)
        chunk.add_lines(visits, np.where(woman, item("前列舒通胶囊"), item("克霉唑阴道片")), t + 40, 1.0)
        return visits
    dx = np.where(woman, dx_index()["N40.x00"], dx_index()["N76.000"])
    visits = chunk.add_visits(person, np.full(len(person), a.inst), 11, t, t + 1_500, dept=DEPT_INDEX["全科医学科"], dx=dx)
    expand(chunk, visits, [("visit", "o_women"), ("visit", "o_men")], woman.astype(np.int64), intensity=1.6)
    return visits


def _elsewhere(chunk: Chunk, a: Assignment, shop: bool) -> Ints:
    rng, v = chunk.rng, chunk.visits
    stays = np.flatnonzero(
        chunk.inpatient() & v["alive"] & ~v["open"] & (v["case"] < 0) & (v["inst"] != a.inst) & (chunk.los(np.arange(v.size)) >= 5)
    )
    stays = active(chunk, a, stays)
    # the honest hospital's wards are full of people who cannot be here
    stays = stays[chunk.persons.county[v["person"][stays]] == chunk.city.inst.county[a.inst]]
    if not len(stays):
        return np.empty(0, np.int64)
    stays = chunk.pick(stays, min(1.0, (5 + 12 * a.strength) / len(stays)))
    owner, day = days_of(chunk, stays)
    middle = np.flatnonzero((day > v["begn"][stays][owner] // DAY + 1) & (day < v["end"][stays][owner] // DAY - 1))
    middle = middle[rng.random(len(middle)) < 0.4]
    person, t = v["person"][stays][owner[middle]], day[middle] * DAY + rng.integers(30_000, 62_000, len(middle))
    if shop:
        return sell(chunk, person, np.full(len(person), a.inst), t)
    visits = chunk.add_visits(person, np.full(len(person), a.inst), 11, t, t + 1_200, dept=DEPT_INDEX["全科医学科"], dx=dx_index()["M54.500"])
    expand(chunk, visits, [("visit", "o_bone")], np.zeros(len(visits), np.int64), intensity=1.4)
    return visits


def _face(chunk: Chunk, a: Assignment) -> Ints:
    """At houses with a terminal: the recorded face does not match, session after session.

    Strangers come as often as the holders would have. Where no terminal looks, nothing in the delivery differs from the holder's own visit:
    such visits are no planted acts.
    """
    v = chunk.visits
    chunk.city.inst.sites_from[a.inst] = min(int(chunk.city.inst.sites_from[a.inst]), chunk.city.habits.scene_from)
    real = chunk.visits_of(a.inst, 14, 11, 41)
    real = real[v["begn"][real] >= max(a.since, int(chunk.city.inst.sites_from[a.inst]))]
    persons = np.unique(v["person"][real])
    chosen = chunk.pick(persons, 0.08 + 0.12 * a.strength)
    visits = real[np.isin(v["person"][real], chosen)]
    looked = looked_at(chunk, visits)
    v["presence"][visits] = np.where(looked, 2, 0)
    return visits[looked]
