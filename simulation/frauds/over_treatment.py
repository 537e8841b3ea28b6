"""Over-treatment: panels for everybody, repeated scans, adjuvant drugs, monitors on the healthiest.

The high nursing grade that goes with the monitors is planted here and named item swap: patients who need grade II are billed grade I
(条例 38.4 串换诊疗项目); the monitors are services nobody needed.
"""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, days_of, each, per_line, some, within
from simulation.habits import DAY
from simulation.reading import item, items

HOUSES = ("private", "county", "tcm", "tertiary", "township", "rehab")
MECHANISMS = 4
PANEL = (
    "癌胚抗原测定",
    "甲胎蛋白测定",
    "糖类抗原199测定",
    "甲状腺功能五项",
    "血浆D-二聚体测定",
    "N端-B型钠尿肽前体测定",
    "降钙素原检测",
    "同型半胱氨酸测定",
    "25羟维生素D测定",
)
SCANS = ("X线计算机体层(CT)平扫", "彩色多普勒超声常规检查(腹部)", "心脏彩色多普勒超声", "颈部血管彩色多普勒超声", "X线计算机体层(CT)平扫(头颅)")
ADJUVANT = ("复方甘草酸苷注射液", "注射用还原型谷胱甘肽", "多烯磷脂酰胆碱注射液", "注射用水溶性维生素", "转化糖电解质注射液", "前列地尔注射液")


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: one panel for all; 1: scans repeated within days; 2: adjuvant drugs daily; 3: grade I nursing and monitors throughout."""
    visits = some(chunk, a, chunk.stays_of(a.inst), 0.45, 0.95)
    if not len(visits):
        return
    name = ("panel_for_all", "repeated_scans", "adjuvant_drugs", "monitors_for_all")[a.mechanism]
    cases = each(chunk, "over_treatment", name, visits)
    (_panel, _scans, _adjuvant, _nursing)[a.mechanism](chunk, a, visits, cases)


def _once(chunk: Chunk, visits: Ints, cases: Ints, what: int, day: Ints, cnt: float = 1.0) -> None:
    t = day * DAY + chunk.rng.integers(27_000, 60_000, len(day))
    chunk.add_lines(visits, what, within(chunk, visits, t), cnt, case=cases)


def _panel(chunk: Chunk, a: Assignment, visits: Ints, cases: Ints) -> None:
    chosen = chunk.rng.choice(len(PANEL), 4 + int(5 * a.strength), replace=False)
    for k in chosen:
        at = chunk.rng.random(len(visits)) < 0.9 - 0.25 * a.disguise
        _once(chunk, visits[at], cases[at], item(PANEL[k]), chunk.visits["begn"][visits[at]] // DAY + 1 * (chunk.los(visits[at]) > 1))


def _scans(chunk: Chunk, a: Assignment, visits: Ints, cases: Ints) -> None:
    long = chunk.los(visits) >= 4
    visits, cases = visits[long], cases[long]
    for k in chunk.rng.choice(len(SCANS), 2 + int(2 * a.strength), replace=False):
        for gap in (1, 3):
            at = chunk.rng.random(len(visits)) < 0.8 - 0.2 * a.disguise
            _once(chunk, visits[at], cases[at], item(SCANS[k]), chunk.visits["begn"][visits[at]] // DAY + gap)


def _adjuvant(chunk: Chunk, a: Assignment, visits: Ints, cases: Ints) -> None:
    owner, day = days_of(chunk, visits)
    for k in chunk.rng.choice(len(ADJUVANT), 3 + int(2 * a.strength), replace=False):
        at = chunk.rng.random(len(owner)) < 0.85 - 0.25 * a.disguise
        _once(chunk, visits[owner[at]], cases[owner[at]], item(ADJUVANT[k]), day[at], float(chunk.rng.integers(1, 4)))


def _nursing(chunk: Chunk, a: Assignment, visits: Ints, cases: Ints) -> None:
    line = chunk.lines
    lines = chunk.lines_of(visits)
    nursed = lines[np.isin(line["item"][lines], items("Ⅱ级护理", "Ⅲ级护理"))]
    case = per_line(visits, each(chunk, "item_swap", "high_nursing", visits), line["visit"][nursed])
    up = chunk.rng.random(len(nursed)) < 0.95 - 0.3 * a.disguise
    line["item"][nursed[up]] = item("Ⅰ级护理")
    line["case"][nursed[up]] = case[up]
    owner, day = days_of(chunk, visits)
    already = np.unique(line["visit"][lines] * 100_000 + line["t"][lines] // DAY + (line["item"][lines] != item("心电监测")) * 10**14)
    fresh = ~np.isin(visits[owner] * 100_000 + day, already) & (chunk.rng.random(len(owner)) < 0.7)
    _once(chunk, visits[owner[fresh]], cases[owner[fresh]], item("心电监测"), day[fresh], 20.0)
