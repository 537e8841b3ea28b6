"""Charged twice: items that contain each other, the same item twice a day, days beyond the stay, charges outside it.

Charges after the patient has gone home are planted here and named phantom service: nobody was there to be served
(精神医学 2026版「长期住院患者实际离院仍计费」 stands under 虚构医药服务项目).
"""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, each, per_line, some
from simulation.habits import DAY
from simulation.lawful.dialysis import DISE_DIALYSIS
from simulation.reading import item, items

HOUSES = ("private", "county", "tcm", "tertiary", "dialysis", "township", "rehab")
MECHANISMS = 4
PAIRS = (
    ("X线计算机体层(CT)增强扫描", "X线计算机体层(CT)平扫"),
    ("经皮冠状动脉内支架置入术(STENT)", "冠状动脉造影术"),
    ("心电监测", "遥测心电监护"),
    ("粪便常规", "粪寄生虫镜检"),
)
DAILY = ("普通病房床位费", "住院诊查费", "Ⅱ级护理", "Ⅰ级护理", "静脉输液", "血细胞分析", "中频脉冲电治疗")
#: what a careful cheat charges again hours later: tests, examinations and treatments of which nobody needs two a day
ONCE = (
    "血细胞分析",
    "尿液分析",
    "肝功能组合测定",
    "肾功能组合测定",
    "C-反应蛋白测定",
    "常规心电图检查",
    "彩色多普勒超声常规检查(腹部)",
    "中频脉冲电治疗",
    "电针",
)


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: exclusive pairs; 1: the same line twice the same day, minutes or (disguised) hours apart; 2: bed and nursing beyond the stay's days;
    3: lines after discharge.
    """
    if chunk.city.inst.house[a.inst] == "dialysis":
        _perfusion(chunk, a)
        return
    twice = _twice if a.disguise < 0.5 else _hours_apart
    (_pairs, twice, _days, _outside)[a.mechanism](chunk, a)


def _copy(chunk: Chunk, rows: Ints, name: str, kind: str = "duplicate_charge", **changes: object) -> None:
    """Copies the rows as lines at fault, one case a visit."""
    if not len(rows):
        return
    owner = chunk.lines["visit"][rows]
    visits = np.unique(owner)
    cases = each(chunk, kind, name, visits)
    chunk.lines.copy_rows(rows, case=per_line(visits, cases, owner), **changes)


def _perfusion(chunk: Chunk, a: Assignment) -> None:
    """Haemoperfusion (which includes dialysis) and dialysis billed for one session."""
    line, v = chunk.lines, chunk.visits
    visits = chunk.visits_of(a.inst, 14)
    visits = some(chunk, a, visits[v["dise"][visits] == DISE_DIALYSIS], 0.06, 0.3)
    lines = chunk.lines_of(visits)
    plain = lines[line["item"][lines] == item("血液透析")]
    _copy(chunk, plain, "perfusion_with_dialysis", item=np.full(len(plain), item("血液灌流")), sku=np.full(len(plain), -1))


def _pairs(chunk: Chunk, a: Assignment) -> None:
    line = chunk.lines
    visits = some(chunk, a, chunk.stays_of(a.inst), 0.5, 0.95)
    lines = chunk.lines_of(visits)
    owner = []
    for first, second in PAIRS:
        rows = lines[line["item"][lines] == item(first)]
        # the contained item must not already be there that day
        there = lines[line["item"][lines] == item(second)]
        taken = line["visit"][there] * 100_000 + line["t"][there] // DAY
        rows = rows[~np.isin(line["visit"][rows] * 100_000 + line["t"][rows] // DAY, taken)]
        rows = rows[chunk.rng.random(len(rows)) < 0.9 - 0.3 * a.disguise]
        owner.append((rows, second))
    found = [pair for pair in owner if len(pair[0])]
    if not found:
        return
    visits = np.unique(np.concatenate([line["visit"][rows] for rows, _ in found]))
    cases = each(chunk, "duplicate_charge", "exclusive_pairs", visits)
    for rows, second in found:
        case = per_line(visits, cases, line["visit"][rows])
        chunk.lines.copy_rows(rows, item=np.full(len(rows), item(second)), case=case, sku=np.full(len(rows), -1))


def _twice(chunk: Chunk, a: Assignment) -> None:
    line = chunk.lines
    visits = some(chunk, a, chunk.stays_of(a.inst), 0.3, 0.8)
    lines = chunk.lines_of(visits)
    rows = lines[np.isin(line["item"][lines], items(*DAILY))]
    rows = rows[chunk.rng.random(len(rows)) < (0.1 + 0.25 * a.strength) * (1 - 0.3 * a.disguise)]
    _copy(chunk, rows, "same_item_twice_a_day", t=line["t"][rows] + chunk.rng.integers(30, 400, len(rows)))


def _hours_apart(chunk: Chunk, a: Assignment) -> None:
    """Tests, examinations and treatments posted again two to eight hours later, also on the other side of midnight, while the patient is there."""
    rng, line, v = chunk.rng, chunk.lines, chunk.visits
    visits = some(chunk, a, chunk.stays_of(a.inst), 0.3, 0.8)
    lines = chunk.lines_of(visits)
    rows = lines[np.isin(line["item"][lines], items(*ONCE))]
    rows = rows[rng.random(len(rows)) < (0.15 + 0.3 * a.strength) * (1 - 0.3 * a.disguise)]
    t = line["t"][rows] + rng.integers(7_200, 28_800, len(rows))
    there = t < v["end"][line["visit"][rows]]
    _copy(chunk, rows[there], "same_item_hours_apart", t=t[there])


def _days(chunk: Chunk, a: Assignment) -> None:
    """Bed, consultation and nursing for one to four days more than the stay had: the count of a line is raised."""
    line = chunk.lines
    visits = some(chunk, a, chunk.stays_of(a.inst), 0.35, 0.85)
    lines = chunk.lines_of(visits)
    rows = lines[np.isin(line["item"][lines], items("普通病房床位费", "住院诊查费", "Ⅱ级护理"))]
    _, first = np.unique(line["visit"][rows] * 1_000 + line["item"][rows], return_index=True)
    rows = rows[first]
    visits = np.unique(line["visit"][rows])
    cases = each(chunk, "duplicate_charge", "days_beyond_stay", visits)
    more = chunk.rng.integers(1, 2 + int(3 * a.strength), len(visits))
    place = np.searchsorted(visits, line["visit"][rows])
    line["cnt"][rows] += more[place]
    line["case"][rows] = cases[place]


def _outside(chunk: Chunk, a: Assignment) -> None:
    """Treatments dated after the patient had gone home."""
    line, v = chunk.lines, chunk.visits
    visits = some(chunk, a, chunk.stays_of(a.inst), 0.3, 0.75)
    lines = chunk.lines_of(visits)
    rows = lines[np.isin(chunk.city.cat.charge[line["item"][lines]], ["05", "07", "01"])]
    rows = rows[chunk.rng.random(len(rows)) < 0.15]
    owner = line["visit"][rows]
    t = (v["end"][owner] // DAY + chunk.rng.integers(1, 4, len(rows))) * DAY + chunk.rng.integers(28_000, 60_000, len(rows))
    _copy(chunk, rows, "after_discharge", "phantom_service", t=t)
