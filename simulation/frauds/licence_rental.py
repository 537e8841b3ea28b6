"""Rented licences: physicians who bill where they are not, or after they left; pharmacists who hang in two shops."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.city import City
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import each, per_line, some
from simulation.habits import DAY

HOUSES = ("private", "village", "township", "pharmacy", "community", "psych")
MECHANISMS = 2


def register(city: City, a: Assignment) -> None:
    """What the registries will show: a physician of another house registered here without the flag, a leaver, a second shop."""
    rng = np.random.default_rng([city.habits.seed, 50, a.inst])
    if city.inst.house[a.inst] == "pharmacy":
        shops = city.inst.of_house["pharmacy"]
        city.stock.setdefault("rented_pharmacists", []).append((int(rng.choice(shops[shops != a.inst])), a.inst))
        return
    rented = city.stock.setdefault("rented", {})
    if a.mechanism == 0:
        busy = np.flatnonzero((city.inst.house == "county") | (city.inst.house == "tertiary"))
        host = int(rng.choice(busy))
        doctor = int(city.inst.dr_first[host] + rng.integers(city.inst.dr_count[host]))
        registrations = city.stock.setdefault("registrations", {"doctor": [], "inst": [], "multi": []})
        registrations["doctor"].append(doctor)
        registrations["inst"].append(a.inst)
        registrations["multi"].append(0)
    else:
        doctor = int(city.inst.dr_first[a.inst] + rng.integers(max(1, city.inst.dr_count[a.inst])))
        city.stock.setdefault("left", {})[doctor] = max(a.since, city.habits.start) // DAY * DAY
    rented[a.inst] = doctor


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: visits here signed by a physician who works full days at another hospital; 1: signed by one who has left."""
    if chunk.city.inst.house[a.inst] == "pharmacy":
        if chunk.number == 0:
            chunk.case("licence_rental", "pharmacist_in_two_shops", a.inst)
        return
    doctor = chunk.city.stock["rented"][a.inst]
    visits = some(chunk, a, chunk.visits_of(a.inst, 11, 14, 21), 0.3, 0.75)
    if not len(visits):
        return
    cases = each(chunk, "licence_rental", "signed_elsewhere" if a.mechanism == 0 else "signed_after_leaving", visits)
    chunk.visits["doc"][visits] = doctor
    lines = chunk.lines_of(visits)
    chunk.lines["doc"][lines] = doctor
    free = lines[chunk.lines["case"][lines] < 0]
    chunk.lines["case"][free] = per_line(visits, cases, chunk.lines["visit"][free])
    if a.mechanism == 1:
        # after leaving, nobody honest signs with that licence either
        v = chunk.visits
        late = np.flatnonzero((v["doc"] == doctor) & (v["begn"] >= a.since) & ~np.isin(np.arange(v.size), visits))
        other = chunk.city.inst.dr_first[a.inst] + (doctor - chunk.city.inst.dr_first[a.inst] + 1) % max(1, chunk.city.inst.dr_count[a.inst])
        v["doc"][late] = other
        owned = np.flatnonzero((chunk.lines["doc"] == doctor) & ~np.isin(chunk.lines["visit"], visits))
        chunk.lines["doc"][owned] = -2
