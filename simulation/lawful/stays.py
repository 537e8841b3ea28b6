"""Ordinary stays of all departments, with transfers, readmissions and leave days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.chunk import Chunk
from simulation.expand import expand
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.reading import dx_index, item, rows, stay_index

Ints = npt.NDArray[np.int64]
WINTER = np.array([1.35, 1.3, 1.1, 0.95, 0.9, 0.85, 0.8, 0.8, 0.85, 0.95, 1.1, 1.3])
WITHOUT_NURSING = ("psych", "newborn")
HOUSES_BY_TIER = {3: ("tertiary",), 2: ("county", "tertiary", "private", "tcm"), 1: ("county", "township", "private", "tcm", "tertiary", "community")}
SHARES_BY_TIER = {3: (1.0,), 2: (0.55, 0.25, 0.13, 0.07), 1: (0.36, 0.23, 0.17, 0.08, 0.12, 0.04)}
TCM_HOUSES = (("tcm", "county", "township"), (0.7, 0.2, 0.1))
SPECIAL_HOUSES = {
    "肿瘤科": (("cancer", "tertiary"), (0.6, 0.4)),
    "康复医学科": (("rehab", "county", "tcm"), (0.6, 0.2, 0.2)),
    "老年病科": (("nursing", "tertiary"), (0.8, 0.2)),
}
MATERNITY_DEPTS = ("妇科", "产科", "新生儿科", "儿科")


def season(chunk: Chunk, kind: npt.NDArray[np.object_], t: Ints) -> npt.NDArray[np.bool_]:
    """Thins times by season: winter diseases fall in summer, summer diseases in winter."""
    month = (t - chunk.city.habits.start) // DAY % 365 * 12 // 365
    weight = np.where(kind == "winter", WINTER[month], np.where(kind == "summer", WINTER[(month + 6) % 12], 1.0))
    return chunk.rng.random(len(t)) < weight / 1.35


def apart(person: Ints, begn: Ints, end: Ints, gap: int) -> npt.NDArray[np.bool_]:
    """Which candidates to keep so that no person's stays overlap or follow within ``gap`` seconds."""
    order = np.lexsort((begn, person))
    keep = np.ones(len(person), np.bool_)
    last_person, last_end = -1, 0
    for k in order:
        if person[k] == last_person and begn[k] <= last_end + gap:
            keep[k] = False
            continue
        last_person, last_end = person[k], end[k]
    return keep


def choose_houses(chunk: Chunk, profile: Ints, county: Ints) -> Ints:
    """An institution for each stay: by the level the disease needs, the specialty, and what is near."""
    rng, city = chunk.rng, chunk.city
    table = rows("stays")
    out = np.zeros(len(profile), np.int64)
    for p in np.unique(profile):
        at = np.flatnonzero(profile == p)
        dept = table[p]["dept"]
        if dept in SPECIAL_HOUSES:
            houses, shares = SPECIAL_HOUSES[dept]
        elif dept == "中医科":
            houses, shares = TCM_HOUSES
        elif dept in MATERNITY_DEPTS and table[p]["tier"] != "3":
            houses, shares = ("maternity", "county", "tertiary"), (0.4, 0.4, 0.2)
        else:
            houses, shares = HOUSES_BY_TIER[int(table[p]["tier"])], SHARES_BY_TIER[int(table[p]["tier"])]
        pick = rng.choice(len(houses), len(at), p=np.array(shares) / sum(shares))
        for k, house in enumerate(houses):
            mine = at[pick == k]
            if len(mine):
                out[mine] = city.near(rng, house, county[mine])
    return out


def length(chunk: Chunk, profile: Ints) -> Ints:
    """Days of stay: log-normal around the profile's mean, scaled by the city; the shape differs by seed."""
    h = chunk.city.habits
    mean = np.array([float(row["los"]) for row in rows("stays")])[profile]
    draw = mean * h.los_scale * np.exp(chunk.rng.normal(-(h.los_sigma**2) / 2, h.los_sigma, len(profile)))
    return np.maximum(1, np.round(draw)).astype(np.int64)


def clock(chunk: Chunk, day: Ints, low: float, high: float) -> Ints:
    """A second of the day between two hours."""
    return day * DAY + ((low + chunk.rng.random(len(day)) * (high - low)) * 3600).astype(np.int64)


def open_stays(chunk: Chunk, person: Ints, inst: Ints, profile: Ints, first_day: Ints, los: Ints, **more: object) -> Ints:
    """Adds stays of given profiles (no lines yet). ``first_day`` are epoch days."""
    rng = chunk.rng
    table = rows("stays")
    dx = np.array([dx_index()[row["dx"]] for row in table], np.int64)[profile]
    dept = np.array([DEPT_INDEX[row["dept"]] for row in table], np.int64)[profile]
    surgical = np.array([bool(row["op"]) for row in table])[profile]
    emergency = rng.random(len(person)) < np.where(surgical, 0.2, 0.35)
    begn = np.where(emergency, clock(chunk, first_day, 0.3, 23.8), clock(chunk, first_day, 8, 17.5))
    end = clock(chunk, first_day + los, 8, 17.4)
    opday = np.where(surgical, np.minimum(np.maximum(1, np.round(los * rng.uniform(0.15, 0.4, len(los)))), np.maximum(0, los - 1)), -1).astype(
        np.int64
    )
    end_of_period = chunk.city.habits.end
    values: dict[str, object] = {
        "med": 21,
        "dept": dept,
        "dx": dx,
        "profile": profile,
        "way": rng.choice(np.array([1, 1, 1, 4, 9]), len(person), p=[0.5, 0.3, 0.16, 0.03, 0.01]),
        "admway": np.where(emergency, 1, 2),
        "opday": opday,
        "bed": rng.integers(1, 60, len(person)),
        "open": end >= end_of_period,
    }
    values.update(more)
    med = values.pop("med")
    return chunk.add_visits(person, inst, med, begn, np.minimum(end, end_of_period + 20 * DAY), **values)


def fill(chunk: Chunk, visits: Ints, *, intensity: float = 1.0, case: Ints | None = None) -> Ints:
    """Adds the lines of stays from their profiles, and the day's nursing grade."""
    table = rows("stays")
    profile = chunk.visits["profile"][visits]
    used = np.unique(profile)
    sets = [("stay", "general", *table[p]["recipes"].split(";")) for p in used]
    new = expand(chunk, visits, sets, np.searchsorted(used, profile), intensity=intensity * chunk.city.habits.detail, case=case)
    nurse(chunk, visits, case)
    return new


def nurse(chunk: Chunk, visits: Ints, case: Ints | None = None) -> None:
    """One nursing grade a day: grade I after operations and in the first days of severe illness, else II, sometimes III at the end."""
    rng, v = chunk.rng, chunk.visits
    table = rows("stays")
    plain = np.array([not set(WITHOUT_NURSING) & set(row["recipes"].split(";")) for row in table])
    severe = np.array(["critical" in row["recipes"] or "monitor" in row["recipes"] for row in table])
    at = np.flatnonzero(plain[v["profile"][visits]])
    chosen, days = visits[at], chunk.los(visits[at])
    owner = np.repeat(np.arange(len(chosen)), days)
    day = np.arange(len(owner)) - np.repeat(np.cumsum(days) - days, days)
    op = v["opday"][chosen][owner]
    first = severe[v["profile"][chosen]][owner] & (day < 2) & (rng.random(len(owner)) < 0.6) | (op >= 0) & (day >= op) & (day < op + 2)
    last = (day >= days[owner] - 1) & (rng.random(len(owner)) < 0.15)
    what = np.where(first, item("Ⅰ级护理"), np.where(last, item("Ⅲ级护理"), item("Ⅱ级护理")))
    midnight = v["begn"][chosen][owner] // DAY * DAY
    hour = chunk.city.habits.posting_hour
    t = midnight + (day + (hour < 1)) * DAY + int(hour * 3600) + rng.integers(0, 400, len(owner))
    t = np.clip(t, v["begn"][chosen][owner] + 900, np.maximum(v["begn"][chosen][owner] + 1000, v["end"][chosen][owner] - 1200))
    t = np.minimum(t, midnight + (day + 1 + (hour < 1)) * DAY - 1)
    chunk.add_lines(chosen[owner], what, t, 1.0, case=-1 if case is None else case[at][owner])


def live(chunk: Chunk) -> None:
    """Ordinary stays of the whole chunk."""
    rng, p, h = chunk.rng, chunk.persons, chunk.city.habits
    table = rows("stays")
    weight = np.array([float(row["weight"]) for row in table])
    years = h.months / 12
    frail = 0.35 + np.where(p.age < 3, 1.2, 0) + np.where(p.age >= 50, (p.age - 45) / 14, 0) + p.chronic.sum(1) * 0.9
    count = rng.poisson(h.stay_rate * 1.35 * years * frail / frail.mean() * rng.gamma(1.2, 1 / 1.2, p.count))
    person = np.repeat(np.arange(p.count), count)
    profile = draw_profiles(chunk, person, weight)
    ok = profile >= 0
    person, profile = person[ok], profile[ok]
    t = (h.start + rng.random(len(person)) * (h.end - h.start)).astype(np.int64)
    kinds = np.array([row["season"] for row in table], dtype=object)
    ok = season(chunk, kinds[profile], t)
    person, profile, t = person[ok], profile[ok], t[ok]
    los = length(chunk, profile)
    day = t // DAY
    ok = ~p.dialysis[person] & chunk.free(person, t - 15 * DAY, (day + los + 12) * DAY) & apart(person, day, day + los, 21)
    person, profile, day, los = person[ok], profile[ok], day[ok], los[ok]
    inst = choose_houses(chunk, profile, p.county[person])
    visits = open_stays(chunk, person, inst, profile, day, los)
    transfer(chunk, visits)
    fill(chunk, visits)
    readmit(chunk, visits)


def draw_profiles(chunk: Chunk, person: Ints, weight: npt.NDArray[np.float64]) -> Ints:
    """A profile that suits age and sex for each person; −1 when none does."""
    rng, p = chunk.rng, chunk.persons
    table = rows("stays")
    low = np.array([int(row["age_from"]) for row in table])
    high = np.array([int(row["age_to"]) for row in table])
    sex = np.array([int(row["sex"]) for row in table])
    out = np.full(len(person), -1, np.int64)
    age, female = p.age[person], p.female[person]
    for key in np.unique(age * 2 + female):
        at = np.flatnonzero(age * 2 + female == key)
        years, woman = int(key) // 2, bool(key % 2)
        fit = weight * ((low <= years) & (years <= high) & ((sex == 0) | (sex == (2 if woman else 1))))
        if fit.sum() > 0:
            out[at] = rng.choice(len(table), len(at), p=fit / fit.sum())
    return out


def transfer(chunk: Chunk, visits: Ints) -> None:
    """Some stays end early by transfer to a higher house the same day: both hospitals lawfully charge that day."""
    rng, v = chunk.rng, chunk.visits
    tier = chunk.city.inst.tier[v["inst"][visits]]
    names = ("脑梗死", "冠心病", "肺炎", "慢阻肺急性加重", "心力衰竭", "股骨颈骨折", "消化道出血", "肠梗阻", "急性胰腺炎")
    severe = np.isin(v["profile"][visits], [stay_index()[name] for name in names])
    at = visits[severe & (tier < 3) & (rng.random(len(visits)) < 0.09) & ~v["open"][visits]]
    if not len(at):
        return
    early = v["begn"][at] + rng.integers(5, 60, len(at)) * 3600
    v["end"][at] = np.minimum(early, v["end"][at])
    v["way"][at] = 2
    v["opday"][at] = -1
    go = v["end"][at] + rng.integers(3_000, 16_000, len(at))
    person = v["person"][at]
    inst = chunk.city.near(rng, "tertiary", chunk.persons.county[person])
    los = length(chunk, v["profile"][at])
    new = open_stays(chunk, person, inst, v["profile"][at], go // DAY, los, refer=at, admway=3)
    v["begn"][new] = go
    fill(chunk, new)
    chunk.look("transfer_same_day", "split_stay", new)


def readmit(chunk: Chunk, visits: Ints) -> None:
    """A few patients come back early with something new, as emergencies; complications do happen."""
    rng, v = chunk.rng, chunk.visits
    at = visits[(rng.random(len(visits)) < 0.012) & ~v["open"][visits] & (v["way"][visits] != 2)]
    day = v["end"][at] // DAY + rng.integers(2, 13, len(at))
    profile = np.array(
        [stay_index()[str(name)] for name in rng.choice(["肺炎", "泌尿道感染", "消化道出血", "急性肠炎", "心力衰竭"], len(at))], np.int64
    )
    adult = chunk.persons.age[v["person"][at]] >= 45
    other = v["profile"][at] != profile
    ok = adult & other & chunk.free(v["person"][at], day * DAY, (day + 12) * DAY) if len(at) else adult
    at, day, profile = at[ok], day[ok], profile[ok]
    if not len(at):
        return
    new = open_stays(chunk, v["person"][at], v["inst"][at], profile, day, length(chunk, profile), admway=1)
    fill(chunk, new)
    chunk.look("emergency_readmission_other_disease", "split_stay", new)
