"""Outpatient and emergency visits, chronic-disease visits and pharmacy purchases."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.chunk import Chunk
from simulation.expand import expand
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.lawful.stays import season
from simulation.reading import dx_index, item, rows

Ints = npt.NDArray[np.int64]


def workday(chunk: Chunk, t: Ints) -> Ints:
    """Moves times into opening hours, fewer on weekends."""
    rng = chunk.rng
    day = t // DAY
    weekday = (day + 3) % 7
    day = np.where((weekday >= 5) & (rng.random(len(t)) < 0.5), day - rng.integers(2, 5, len(t)), day)
    day = np.maximum(day, chunk.city.habits.start // DAY)
    return day * DAY + ((7.6 + 9.6 * rng.beta(1.6, 1.9, len(t))) * 3600).astype(np.int64)


def at_home(chunk: Chunk, person: Ints, t: Ints) -> npt.NDArray[np.bool_]:
    """True where the person is not in a stay at the time (admission and discharge day count as in it)."""
    return chunk.free(person, t // DAY * DAY, t // DAY * DAY + DAY)


def outpatient(chunk: Chunk) -> None:
    """Acute outpatient and emergency visits."""
    rng, p, city = chunk.rng, chunk.persons, chunk.city
    h = city.habits
    table = rows("outpatient")
    rate = h.outpatient_rate * 1.35 * h.months / 12 * (0.7 + (p.age < 7) * 1.3 + (p.age > 55) * 0.7) * rng.gamma(1.5, 1 / 1.5, p.count)
    person = np.repeat(np.arange(p.count), rng.poisson(rate))
    weight = np.array([float(row["weight"]) for row in table])
    low = np.array([int(row["age_from"]) for row in table])
    high = np.array([int(row["age_to"]) for row in table])
    sex = np.array([int(row["sex"]) for row in table])
    profile = np.zeros(len(person), np.int64)
    key = np.minimum(p.age[person], 99) * 2 + p.female[person]
    for k in np.unique(key):
        at = np.flatnonzero(key == k)
        fit = weight * ((low <= k // 2) & (k // 2 <= high) & ((sex == 0) | (sex == 1 + k % 2)))
        profile[at] = rng.choice(len(table), len(at), p=fit / fit.sum())
    t = workday(chunk, (h.start + rng.random(len(person)) * (h.end - h.start)).astype(np.int64))
    kinds = np.array([row["season"] for row in table], dtype=object)
    ok = season(chunk, kinds[profile], t) & at_home(chunk, person, t)
    person, profile, t = person[ok], profile[ok], t[ok]
    dept = np.array([DEPT_INDEX[row["dept"]] for row in table], np.int64)[profile]
    inst, dept = _where(chunk, person, dept)
    emergency = (rng.random(len(person)) < 0.04) & (city.inst.tier[inst] >= 2)
    t = np.where(emergency, t // DAY * DAY + (rng.random(len(t)) * 86_000).astype(np.int64), t)
    dx = np.array([dx_index()[row["dx"]] for row in table], np.int64)[profile]
    stay = rng.integers(600, 7_000, len(person))
    dept = np.where(emergency, DEPT_INDEX["急诊科"], dept)
    visits = chunk.add_visits(person, inst, np.where(emergency, 13, 11), t, t + stay, dept=dept, dx=dx)
    sets = [("visit", *row["recipes"].split(";")) for row in table] + [("emergency",)]
    expand(chunk, visits, sets, np.where(emergency, len(table), profile), intensity=h.detail)


def _where(chunk: Chunk, person: Ints, dept: Ints) -> tuple[Ints, Ints]:
    rng, p, city = chunk.rng, chunk.persons, chunk.city
    h = city.habits
    clinic = city.clinic_of_village[p.village[person]]
    u = rng.random(len(person))
    special = np.isin(dept, [DEPT_INDEX[name] for name in ("皮肤科", "眼科", "妇科", "泌尿外科", "耳鼻喉科", "神经内科")])
    tcm = dept == DEPT_INDEX["中医科"]
    county = p.county[person]
    inst = np.zeros(len(person), np.int64)
    village = (u < h.village_share) & (clinic >= 0) & ~special
    basic = ~village & (u < h.village_share + 0.22) & ~special
    top = ~village & ~basic & (u > 1 - h.tertiary_share)
    private = ~village & ~basic & ~top & (u > 1 - h.tertiary_share - 0.07)
    rest = ~village & ~basic & ~top & ~private
    inst[village] = clinic[village]
    for mask, house in ((basic & (rng.random(len(u)) < 0.75), "township"), (top, "tertiary"), (private, "private")):
        inst[mask] = city.near(rng, house, county[mask])
        basic = basic & ~mask
    inst[basic] = city.near(rng, "community", county[basic])
    inst[rest & tcm] = city.near(rng, "tcm", county[rest & tcm])
    inst[rest & ~tcm] = city.near(rng, "county", county[rest & ~tcm])
    dept = np.where(village, DEPT_INDEX["全科医学科"], dept)
    return inst, dept


def chronic(chunk: Chunk) -> None:
    """Chronic-disease visits for prescriptions of 4, 8 or 12 weeks at the house the person keeps to."""
    rng, p, city = chunk.rng, chunk.persons, chunk.city
    h = city.habits
    table = rows("chronic")
    person, disease = np.nonzero(p.chronic)
    cancer = np.array([row["name"] == "肺癌" for row in table])[disease]
    county = p.county[person]
    inst = city.near(rng, "township", county)
    u = rng.random(len(person))
    inst = np.where(u < 0.45, city.near(rng, "county", county), np.where(u < 0.6, city.near(rng, "community", county), inst))
    inst = np.where((u > 0.88) | cancer, city.near(rng, "tertiary", county), inst)
    inst = np.where(np.array([row["name"] == "精神分裂症" for row in table])[disease], city.near(rng, "psych", county), inst)
    weeks = np.where(rng.random(len(person)) < h.long_prescriptions, np.where(rng.random(len(person)) < 0.6, 12, 8), 4)
    weeks = np.where(cancer, 4, weeks)
    step = weeks * 7 * DAY
    most = int((h.end - h.start) / (28 * DAY)) + 2
    first = h.start + (rng.random(len(person)) * step).astype(np.int64)
    n = np.minimum(most, (h.end - first) // step + 1)
    owner = np.repeat(np.arange(len(person)), n)
    k = np.arange(len(owner)) - np.repeat(np.cumsum(n) - n, n)
    t = first[owner] + k * step[owner] + (rng.normal(0, 2.5, len(owner)) * DAY).astype(np.int64)
    t = workday(chunk, np.maximum(t, h.start))
    keep = (rng.random(len(owner)) < 0.88) & (t < h.end) & at_home(chunk, person[owner], t)
    owner, t = owner[keep], t[keep]
    dx = np.array([dx_index()[row["dx"]] for row in table], np.int64)[disease[owner]]
    dept = np.array([DEPT_INDEX[row["dept"]] for row in table], np.int64)[disease[owner]]
    visits = chunk.add_visits(person[owner], inst[owner], 14, t, t + rng.integers(500, 4_000, len(owner)), dept=dept, dx=dx, dise=disease[owner])
    sets = [("visit", row["recipes"]) for row in table]
    # the person keeps to the same drugs: the choice is drawn once a person and disease
    lines = expand(chunk, visits, sets, disease[owner])
    line = chunk.lines
    pack = city.cat.pack_days[line["item"][lines]]
    drug = pack >= 5
    which = owner[line["visit"][lines] - visits[0]]
    need = weeks[which] * 7
    packs = np.maximum(1, need // np.maximum(1, pack))
    line["cnt"][lines] = np.where(drug, packs, line["cnt"][lines])
    tag = (person[which] * 1_009 + line["item"][lines] * 37) % 100
    line["alive"][lines] = ~drug | (tag < 75)
    # who has both diseases gets the statin for one of them only
    twice = (disease[which] == 0) & p.chronic[person[which], 2] & (line["item"][lines] == item("阿托伐他汀钙片"))
    line["alive"][lines[twice]] = False
    chunk.look("long_prescription_12_weeks", "drug_hoarding", visits[weeks[owner] == 12])
    _tests_before_targeted(chunk, lines)


def _tests_before_targeted(chunk: Chunk, lines: Ints) -> None:
    """Whoever takes a targeted drug was tested before, as an outpatient of the same hospital."""
    line, v = chunk.lines, chunk.visits
    drug = lines[(line["item"][lines] == item("甲磺酸奥希替尼片")) & line["alive"][lines]]
    if not len(drug):
        return
    owner = line["visit"][drug]
    order = np.argsort(v["begn"][owner], kind="stable")
    persons, first = np.unique(v["person"][owner][order], return_index=True)
    visit = owner[order][first]
    t = np.maximum(v["begn"][visit] - chunk.rng.integers(6, 20, len(visit)) * DAY, chunk.city.habits.start + 30_000)
    new = chunk.add_visits(persons, v["inst"][visit], 11, t, t + 3_000, dept=DEPT_INDEX["肿瘤科"], dx=v["dx"][visit])
    chunk.add_lines(new, item("普通门诊诊查费"), t + 100, 1.0)
    chunk.add_lines(new, item("EGFR基因突变检测"), t + 900, 1.0)
    chunk.look("oncology_gene_test", "gene_test_abuse", new)


def pharmacy(chunk: Chunk) -> None:
    """Purchases at retail pharmacies near home, some by couples minutes apart."""
    rng, p, city = chunk.rng, chunk.persons, chunk.city
    h = city.habits
    rate = h.pharmacy_rate * h.months / 12 * np.where(p.employee, 1.8, 0.7) * rng.gamma(1.2, 1 / 1.2, p.count)
    person = np.repeat(np.arange(p.count), rng.poisson(rate))
    day = (h.start + rng.random(len(person)) * (h.end - h.start)).astype(np.int64) // DAY
    t = day * DAY + ((8 + 13 * rng.beta(1.5, 1.2, len(person))) * 3600).astype(np.int64)
    ok = at_home(chunk, person, t)
    person, t = person[ok], t[ok]
    inst = city.near(rng, "pharmacy", p.county[person])
    couple = (rng.random(len(person)) < 0.02) & (person > 0) & (p.household[person] == p.household[np.maximum(person - 1, 0)])
    mates, when, where = person[couple] - 1, t[couple] + rng.integers(40, 200, int(couple.sum())), inst[couple]
    ok = at_home(chunk, mates, when)
    visits = sell(chunk, person, inst, t)
    second = sell(chunk, mates[ok], where[ok], when[ok])
    chunk.look("couple_buys_together", "impersonation", second)
    chunk.look("couple_buys_together", "drug_hoarding", visits[couple])


def sell(chunk: Chunk, person: Ints, inst: Ints, t: Ints) -> Ints:
    """Adds purchases with one to four drugs that suit age and sex."""
    rng, p = chunk.rng, chunk.persons
    table = rows("pharmacy")
    weight = np.array([float(row["weight"]) for row in table])
    what = np.array([item(row["item"]) for row in table], np.int64)
    sex = np.array([int(row["sex"]) for row in table])
    age_from = np.array([int(row["age_from"]) for row in table])
    visits = chunk.add_visits(person, inst, 41, t, t + rng.integers(60, 400, len(person)), dept=0, dx=-1)
    n = rng.choice([1, 2, 3, 4], len(person), p=[0.42, 0.32, 0.18, 0.08])
    owner = np.repeat(np.arange(len(person)), n)
    pick = np.searchsorted(np.cumsum(weight / weight.sum()), rng.random(len(owner))).clip(0, len(table) - 1)
    buyer = person[owner]
    ok = ((sex[pick] == 0) | (sex[pick] == 1 + p.female[buyer])) & (p.age[buyer] >= age_from[pick])
    _, first = np.unique(owner * 1000 + pick, return_index=True)
    unique = np.zeros(len(owner), np.bool_)
    unique[first] = True
    pick = np.where(ok, pick, 0)
    keep = unique & ok | (np.arange(len(owner)) == np.repeat(np.cumsum(n) - n, n))
    owner, pick = owner[keep], pick[keep]
    packs = np.where(chunk.city.cat.pack_days[what[pick]] > 28, 1.0, rng.choice([1.0, 1.0, 2.0], len(owner)))
    chunk.add_lines(visits[owner], what[pick], t[owner] + rng.integers(30, 60, len(owner)), packs)
    return visits
