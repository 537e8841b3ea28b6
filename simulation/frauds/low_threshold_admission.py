"""Admitted for what an outpatient visit would settle: two or three days, mostly examinations."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import blame, each, neighbours, per_line, some_days
from simulation.habits import DAY
from simulation.lawful.comorbidity import treat
from simulation.lawful.stays import apart, fill, open_stays
from simulation.reading import item, stay_index

HOUSES = ("private", "county", "township", "tcm", "community")
MECHANISMS = 2
MILD = ("小儿上感", "支气管炎", "眩晕", "胃炎", "高血压", "腰痛康复")
EXAMS = (
    "X线计算机体层(CT)平扫",
    "心脏彩色多普勒超声",
    "彩色多普勒超声常规检查(腹部)",
    "颈部血管彩色多普勒超声",
    "甲状腺功能五项",
    "癌胚抗原测定",
    "血脂组合测定",
)


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: mild diseases for two or three days; 1: check-ups dressed as stays."""
    rng, p, line = chunk.rng, chunk.persons, chunk.lines
    pool = neighbours(chunk, a.inst)
    pool = pool[(p.age[pool] >= 40) & ~p.dialysis[pool]]
    count = int(np.clip(len(chunk.stays_of(a.inst)) * (0.35 + 0.8 * a.strength), 10, 60))
    person = rng.choice(pool, count * 2)
    names = MILD[1:] if a.mechanism == 0 else ("眩晕", "高血压", "胃炎")
    profile = np.array([stay_index()[str(name)] for name in rng.choice(names, len(person))], np.int64)
    day = some_days(chunk, a, len(person), 10)
    los = rng.integers(1, 4, len(person))
    ok = np.flatnonzero(chunk.free(person, (day - 3) * DAY, (day + los + 3) * DAY) & apart(person, day, day + los, 20))[:count]
    if not len(ok):
        return
    visits = open_stays(chunk, person[ok], np.full(len(ok), a.inst), profile[ok], day[ok], los[ok], way=1, admway=2)
    fill(chunk, visits, intensity=0.9)
    lines = chunk.lines_of(visits)
    drug = np.isin(chunk.city.cat.list_type[line["item"][lines]], ["101"])
    line["alive"][lines[drug & (rng.random(len(lines)) < 0.75 - 0.3 * a.disguise)]] = False
    chosen = rng.choice(len(EXAMS), 4 if a.mechanism == 0 else 6, replace=False)
    treat(chunk, visits, [(item(EXAMS[k]), 1) for k in chosen])
    cases = each(chunk, "low_threshold_admission", "mild_disease" if a.mechanism == 0 else "check_up_stay", visits)
    chunk.visits["case"][visits] = cases
    lines = chunk.lines_of(visits)
    blame(chunk, lines, per_line(visits, cases, line["visit"][lines]))
