"""Implants on paper: more than the operation holds, or without any operation."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import each, per_line, some, within
from simulation.habits import DAY
from simulation.reading import items, stay_index

HOUSES = ("county", "tertiary", "private", "tcm")
MECHANISMS = 2
IMPLANTS = (
    "药物洗脱冠状动脉支架系统",
    "冠状动脉球囊扩张导管",
    "金属接骨螺钉(锁定)",
    "金属锁定接骨板",
    "骨水泥",
    "人工晶状体",
    "疝修补补片",
    "脊柱椎弓根螺钉",
    "股骨近端髓内钉",
    "输尿管支架",
    "一次性穿刺器",
    "可吸收止血材料",
)
BONE = ("腰椎间盘突出", "颈椎病", "膝关节病", "肋骨骨折")


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: counts raised beyond what the operation takes; 1: screws and plates in stays without an operation."""
    line, v, rng = chunk.lines, chunk.visits, chunk.rng
    stays = chunk.stays_of(a.inst)
    operated = stays[v["opday"][stays] >= 0]
    lines = chunk.lines_of(operated)
    used = lines[np.isin(line["item"][lines], items(*IMPLANTS))]
    if a.mechanism == 0 and len(used) >= 4:
        visits = some(chunk, a, np.unique(line["visit"][used]), 0.45, 0.95)
        rows = used[np.isin(line["visit"][used], visits)]
        visits = np.unique(line["visit"][rows])
        cases = each(chunk, "implant_excess", "more_than_the_operation", visits)
        more = rng.integers(1, 3, len(rows)) + np.rint(line["cnt"][rows] * (0.8 + a.strength)).astype(np.int64)
        line["cnt"][rows] += more
        line["unstocked"][rows] = True
        line["case"][rows] = per_line(visits, cases, line["visit"][rows])
        return
    bone = stays[(v["opday"][stays] < 0) & np.isin(v["profile"][stays], [stay_index()[name] for name in BONE])]
    visits = some(chunk, a, bone if len(bone) >= 3 else stays[v["opday"][stays] < 0], 0.2, 0.6)
    if not len(visits):
        return
    cases = each(chunk, "implant_excess", "without_operation", visits)
    day = v["begn"][visits] // DAY + 1
    for position, low, high in zip(items("金属接骨螺钉(锁定)", "金属锁定接骨板"), (2, 1), (5, 2), strict=True):
        t = within(chunk, visits, day * DAY + rng.integers(32_000, 56_000, len(visits)))
        chunk.add_lines(visits, position, t, rng.integers(low, high, len(visits)).astype(np.float64), case=cases)
