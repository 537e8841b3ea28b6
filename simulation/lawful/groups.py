"""Honest crowds: outbreaks, food poisoning, village check-ups, cataract camps, school flu; and honest oddities of timing and price."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.chunk import Chunk
from simulation.expand import expand
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.lawful.outpatient import sell
from simulation.lawful.stays import fill, open_stays
from simulation.population import HAMLETS
from simulation.reading import dx_index, items, stay_index

Ints = npt.NDArray[np.int64]


def live(chunk: Chunk) -> None:
    """Group events of the chunk: numbers grow with its persons."""
    events = max(2, round(chunk.persons.count / 4_000))
    for _ in range(events):
        _outbreak(chunk, "急性肠炎", "food_poisoning", children=False)
        _outbreak(chunk, "流行性感冒", "school_influenza", children=True)
    for _ in range(events * 2):
        _check_up(chunk)
    for _ in range(events):
        _cataract_camp(chunk)


def _outbreak(chunk: Chunk, disease: str, name: str, *, children: bool) -> None:
    """A dozen neighbours fall ill within two days; admitted together, they recover at their own pace with real treatment."""
    rng, p, h = chunk.rng, chunk.persons, chunk.city.habits
    village = int(rng.choice(np.unique(p.village)))
    suit = (p.age >= 6) & (p.age <= 15) if children else (p.age >= 15)
    near = np.abs(p.village - village) <= (2 if children else 0)
    pool = np.flatnonzero(near & suit)
    if len(pool) < 4:
        return
    ill = rng.choice(pool, min(len(pool), int(rng.integers(5, 13))), replace=False)
    day = int(rng.integers(h.start // DAY + 5, h.end // DAY - 12))
    ill = ill[~p.dialysis[ill]]
    ill = ill[chunk.free(ill, np.full(len(ill), (day - 1) * DAY), np.full(len(ill), (day + 9) * DAY))]
    if not len(ill):
        return
    inst = np.full(len(ill), chunk.city.near(rng, "county", p.county[ill[:1]])[0])
    los = rng.integers(2, 6, len(ill))
    visits = open_stays(chunk, ill, inst, np.full(len(ill), stay_index()[disease]), day + rng.integers(0, 2, len(ill)), los, admway=1)
    fill(chunk, visits)
    chunk.look(name, "fake_inpatient", visits)


def _cataract_camp(chunk: Chunk) -> None:
    """A county hospital's eye ward fetches the screened old people of a town with one bus, operates on them and sends them home two days later."""
    rng, p, h = chunk.rng, chunk.persons, chunk.city.habits
    towns = p.village // len(HAMLETS)
    town = int(rng.choice(np.unique(towns)))
    pool = np.flatnonzero((towns == town) & (p.age >= 62) & ~p.dialysis)
    if len(pool) < 5:
        return
    seen = rng.choice(pool, min(len(pool), int(rng.integers(5, 10))), replace=False)
    day = int(rng.integers(h.start // DAY + 5, h.end // DAY - 12))
    seen = seen[chunk.free(seen, np.full(len(seen), (day - 1) * DAY), np.full(len(seen), (day + 5) * DAY))]
    if not len(seen):
        return
    inst = np.full(len(seen), chunk.city.near(rng, "county", p.county[seen[:1]])[0])
    visits = open_stays(
        chunk, seen, inst, np.full(len(seen), stay_index()["白内障"]), np.full(len(seen), day), np.full(len(seen), 2), admway=2, way=1
    )
    fill(chunk, visits)
    chunk.look("cataract_camp", "fake_inpatient", visits)


def _check_up(chunk: Chunk) -> None:
    """A township team examines a village in one day: many outpatient visits alike, minutes apart."""
    rng, p, h = chunk.rng, chunk.persons, chunk.city.habits
    village = int(rng.choice(np.unique(p.village)))
    pool = np.flatnonzero((p.village == village) & (p.age >= 60))
    if len(pool) < 4:
        return
    day = int(rng.integers(h.start // DAY + 5, h.end // DAY - 5))
    t = day * DAY + 8 * 3600 + np.cumsum(rng.integers(150, 700, len(pool)))
    ok = chunk.free(pool, t - DAY, t + DAY)
    pool, t = pool[ok], t[ok]
    if not len(pool):
        return
    inst = np.full(len(pool), chunk.city.near(rng, "township", p.county[pool[:1]])[0])
    visits = chunk.add_visits(pool, inst, 11, t, t + 2_400, dept=DEPT_INDEX["全科医学科"], dx=dx_index()["I10.x00x002"])
    expand(chunk, visits, [("visit", "o_check")], np.zeros(len(pool), np.int64))
    chunk.look("village_check_up", "phantom_service", visits)


def around_stays(chunk: Chunk) -> None:
    """Purchases on admission and discharge day, relatives who buy for a patient, lines posted late, drugs taken home."""
    rng, v, line = chunk.rng, chunk.visits, chunk.lines
    stays = np.flatnonzero(chunk.inpatient() & v["alive"] & ~v["open"] & (v["case"] < 0))
    edge = stays[rng.random(len(stays)) < 0.03]
    t = np.where(rng.random(len(edge)) < 0.5, v["begn"][edge] - 5_400, v["end"][edge] + 4_000)
    same_day = t // DAY == np.where(t < v["begn"][edge], v["begn"][edge], v["end"][edge]) // DAY
    edge, t = edge[same_day], t[same_day]
    inst = chunk.city.near(rng, "pharmacy", chunk.persons.county[v["person"][edge]])
    bought = sell(chunk, v["person"][edge], inst, t)
    chunk.look("purchase_on_admission_or_discharge_day", "bed_hanging", bought)
    chunk.look("purchase_on_admission_or_discharge_day", "cost_shifting", bought)
    late = stays[rng.random(len(stays)) < 0.012]
    lines = chunk.lines_of(late)
    labs = np.isin(chunk.city.cat.charge[line["item"][lines]], ["04"]) & (rng.random(len(lines)) < 0.12)
    moved = lines[labs]
    line["t"][moved] = v["end"][line["visit"][moved]] + rng.integers(1_200, 20_000, len(moved))
    chunk.look("late_posted_laboratory", "duplicate_charge", np.unique(line["visit"][moved]))
    home = np.unique(line["visit"][np.flatnonzero(line["home"] & line["alive"])])
    chunk.look("drugs_taken_home", "drug_hoarding", home[rng.random(len(home)) < 0.2])
    tests = line["alive"] & np.isin(line["item"], items("EGFR基因突变检测", "化学药物用药指导的基因检测"))
    chunk.look("oncology_gene_test", "gene_test_abuse", np.unique(line["visit"][tests]))
    operated = stays[v["opday"][stays] >= 0]
    chunk.look("implants_with_operation", "implant_excess", operated[rng.random(len(operated)) < 0.2])
