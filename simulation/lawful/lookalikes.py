"""Lawful oddities that need adding, and lawful visits marked because a careless rule would accuse them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation import grouping
from simulation.chunk import Chunk
from simulation.expand import expand
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.lawful.outpatient import sell
from simulation.lawful.stays import fill, open_stays
from simulation.reading import dx_index, items, rows, stay_index
from simulation.settle import Books

Ints = npt.NDArray[np.int64]
LIMITED = ("艾迪注射液", "参芪扶正注射液", "复方氨基酸注射液(18AA)", "非那雄胺胶囊", "妇科千金片", "小儿豉翘清热颗粒", "康复评定", "糖化血红蛋白测定")


def deaths(chunk: Chunk) -> None:
    """Many of those who die, die in hospital: the last stay ends with the death and is settled days later."""
    rng, p, h = chunk.rng, chunk.persons, chunk.city.habits
    at = np.flatnonzero((p.dies < h.end - 5 * DAY) & (p.dies > h.start + 20 * DAY) & (p.age >= 45) & (rng.random(p.count) < 0.4))
    los = rng.integers(3, 12, len(at))
    alive = p.dies.copy()
    p.dies[at] = h.end * 2
    ok = chunk.free(at, alive[at] - los * DAY - DAY, alive[at] + 1)
    p.dies[:] = alive
    at, los = at[ok], los[ok]
    if not len(at):
        return
    names = rng.choice(["心力衰竭", "脑出血", "肺炎", "慢阻肺急性加重", "消化道出血"], len(at))
    profile = np.array([stay_index()[str(name)] for name in names], np.int64)
    inst = np.where(rng.random(len(at)) < 0.5, chunk.city.near(rng, "county", p.county[at]), chunk.city.near(rng, "tertiary", p.county[at]))
    visits = open_stays(chunk, at, inst, profile, p.dies[at] // DAY - los, los, way=5, admway=1)
    chunk.visits["end"][visits] = p.dies[at]
    chunk.visits["way"][visits] = 5
    chunk.visits["clear"][visits] = 1
    fill(chunk, visits, intensity=1.25)
    chunk.look("death_in_hospital_settled_later", "dead_or_custody_claims", visits)


def same_day_departments(chunk: Chunk) -> None:
    """Two departments of one hospital on one day: two consultations for two complaints."""
    rng, v = chunk.rng, chunk.visits
    tier = chunk.city.inst.tier[v["inst"]]
    at = np.flatnonzero(
        (v["med"] == 11) & v["alive"] & (tier >= 2) & (v["case"] < 0) & (chunk.persons.age[v["person"]] >= 18) & (rng.random(v.size) < 0.02)
    )
    skin = rng.random(len(at)) < 0.5
    dept = np.where(skin, DEPT_INDEX["皮肤科"], DEPT_INDEX["眼科"])
    ok = (dept != v["dept"][at]) & ~np.isin(v["dept"][at], [DEPT_INDEX["皮肤科"], DEPT_INDEX["眼科"]])
    at, skin, dept = at[ok], skin[ok], dept[ok]
    if not len(at):
        return
    t = v["end"][at] + rng.integers(900, 5_000, len(at))
    dx = np.where(skin, dx_index()["L30.900"], dx_index()["H10.900"])
    new = chunk.add_visits(v["person"][at], v["inst"][at], 11, t, t + 1_200, dept=dept, dx=dx)
    expand(chunk, new, [("visit", "o_skin"), ("visit", "o_eye")], (~skin).astype(np.int64))
    chunk.look("two_departments_one_day", "split_billing", new)


def relatives_buy(chunk: Chunk) -> None:
    """Once in a while a relative buys something at a pharmacy on the card of somebody who lies in hospital."""
    rng, v = chunk.rng, chunk.visits
    stays = np.flatnonzero(chunk.inpatient() & v["alive"] & ~v["open"] & (v["case"] < 0))
    stays = stays[(chunk.los(stays) >= 6) & (rng.random(len(stays)) < 0.012)]
    if not len(stays):
        return
    day = v["begn"][stays] // DAY + 2 + rng.integers(0, 2, len(stays))
    inst = chunk.city.near(rng, "pharmacy", chunk.persons.county[v["person"][stays]])
    bought = sell(chunk, v["person"][stays], inst, day * DAY + rng.integers(32_000, 68_000, len(stays)))
    chunk.look("relative_buys_once", "bed_hanging", stays)
    chunk.look("relative_buys_once", "impersonation", bought)


def controls(chunk: Chunk) -> None:
    """Who comes as an emergency has his blood tested again within hours: admission and control, two samples and two reports."""
    v, line = chunk.visits, chunk.lines
    rng = np.random.default_rng([chunk.city.habits.seed, 12, chunk.number])
    stays = np.flatnonzero(chunk.inpatient() & v["alive"] & ~v["open"] & (v["case"] < 0) & (v["admway"] == 1) & (v["profile"] >= 0))
    stays = stays[rng.random(len(stays)) < 0.08]
    lines = chunk.lines_of(stays)
    tests = lines[np.isin(line["item"][lines], items("血细胞分析", "钾测定", "肾功能组合测定", "C-反应蛋白测定"))]
    first = tests[line["t"][tests] // DAY == v["begn"][line["visit"][tests]] // DAY]
    t = line["t"][first] + rng.integers(14_400, 32_400, len(first))
    there = (t < v["end"][line["visit"][first]]) & (rng.random(len(first)) < 0.6)
    chunk.lines.copy_rows(first[there], t=t[there])
    chunk.look("control_within_hours", "duplicate_charge", np.unique(line["visit"][first[there]]))


def multi_site(chunk: Chunk) -> None:
    """Registered multi-site physicians: one weekday at the second house, never at the first on that day."""
    v = chunk.visits
    weekday = (v["begn"] // DAY + 3) % 7
    for doctor, inst in chunk.city.stock.get("sites", []):
        day = int(doctor) % 5
        here = np.flatnonzero((v["inst"] == inst) & (weekday == day) & v["alive"] & np.isin(v["med"], [11, 14]) & (v["dise"] != 100))
        home = np.flatnonzero((v["doc"] == doctor) & (weekday == day))
        v["doc"][home] = doctor + (1 if doctor + 1 in chunk.city.stock["site_peers"] else -1)
        v["doc"][here] = doctor
        chunk.look("registered_multi_site_physician", "licence_rental", here[:60])


def mark(chunk: Chunk) -> None:
    """Marks what is lawful but looks like something: sick patients, short emergencies, limited drugs within their limits."""
    rng, v, line, city = chunk.rng, chunk.visits, chunk.lines, chunk.city
    stays = np.flatnonzero(chunk.inpatient() & v["alive"] & ~v["open"] & (v["case"] < 0) & (v["profile"] >= 0))
    severe = np.array(["critical" in row["recipes"] for row in rows("stays")])
    chunk.look("severe_illness", "over_treatment", stays[severe[v["profile"][stays]]])
    short = stays[(chunk.los(stays) <= 2) & (v["admway"][stays] == 1)]
    chunk.look("short_emergency_stay", "low_threshold_admission", short)
    owner, codes = chunk.notes["secondary"]
    heavy = np.array([grouping.severity(0, [int(dx)]) == 2 for dx in codes.tolist()], np.bool_) if len(codes) else np.zeros(0, np.bool_)
    paid = v["end"][owner] >= city.inst.drg_from[v["inst"][owner]] if len(owner) else heavy
    chunk.look("sicker_patients", "upcoding", np.unique(owner[heavy & paid]))
    limited = np.unique(line["visit"][np.flatnonzero(line["alive"] & np.isin(line["item"], items(*LIMITED)))])
    chunk.look("limited_item_within_limits", "policy_limit", limited[rng.random(len(limited)) < 0.15])
    h = city.habits
    cut = city.cat.ceiling[1][3] < city.cat.ceiling[0][3]
    recent = np.flatnonzero(line["alive"] & (line["t"] < h.price_change) & (line["t"] > h.price_change - 20 * DAY))
    dropped = recent[cut[city.cat.first_sku[line["item"][recent]]]]
    before = np.unique(line["visit"][dropped])
    chunk.look("old_price_before_the_cut", "overpricing", before[rng.random(len(before)) < 0.2])
    high = np.flatnonzero(v["alive"] & (v["med"] == 11) & (city.inst.tier[v["inst"]] == 3) & (rng.random(v.size) < 0.02))
    chunk.look("large_honest_hospital", "phantom_service", high)


def after_settlement(chunk: Chunk, books: Books) -> None:
    """Bills taken back and made out again: twice in the data, once in the sums."""
    again = np.unique(books.setl["visit"][books.setl["refund"] == 1])
    for kind in ("duplicate_charge", "split_billing", "trace_code_reuse"):
        chunk.look("refund_and_rebill", kind, again[:: 6 if kind != "split_billing" else 7])
