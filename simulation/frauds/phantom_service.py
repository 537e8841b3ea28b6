"""Services never rendered: the same bundle for everybody every day, visits that did not happen, more than staff can do."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.expand import expand
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import blame, days_of, each, neighbours, per_line, some, some_days, within
from simulation.habits import DAY
from simulation.institutions import DEPT_INDEX
from simulation.reading import dx_index, item

HOUSES = ("psych", "rehab", "private", "village", "tcm", "township", "pharmacy", "nursing")
MECHANISMS = 3
MIND = ("心理治疗", "工娱治疗", "行为矫正治疗", "精神科A类量表测查", "脑电生物反馈治疗")
BODY = ("运动疗法", "电针", "中药塌渍治疗", "灸法", "拔罐疗法", "气压治疗", "中频脉冲电治疗", "低频脉冲电治疗", "红外线治疗")


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: a daily bundle for every inpatient; 1: outpatient visits out of a card box; 2: treatments beyond a physician's day."""
    house = chunk.city.inst.house[a.inst]
    if house in ("village", "pharmacy") or (a.mechanism == 1 and house not in ("psych", "nursing")):
        _cards(chunk, a, shop=house == "pharmacy")
    else:
        _bundle(chunk, a, MIND if house == "psych" else BODY)


def _bundle(chunk: Chunk, a: Assignment, names: tuple[str, ...]) -> None:
    rng, line = chunk.rng, chunk.lines
    visits = some(chunk, a, chunk.stays_of(a.inst), 0.6, 1.0)
    if not len(visits):
        return
    chosen = [item(names[k]) for k in rng.choice(len(names), 2 + int(3 * a.strength), replace=False)]
    cases = each(chunk, "phantom_service", "daily_bundle", visits)
    owner, day = days_of(chunk, visits)
    lines = chunk.lines_of(visits)
    there = np.unique((line["visit"][lines] * 100_000 + line["t"][lines] // DAY) * 1_000 + line["item"][lines])
    doctor = int(chunk.visits["doc"][visits[0]])
    for position in chosen:
        fresh = ~np.isin((visits[owner] * 100_000 + day) * 1_000 + position, there)
        fresh &= rng.random(len(owner)) < 0.98 - 0.3 * a.disguise
        clock = 32_000 if a.disguise < 0.5 else 0
        t = day * DAY + clock + rng.integers(0, 300 if a.disguise < 0.5 else 60_000, len(owner))
        chunk.add_lines(
            visits[owner[fresh]],
            position,
            within(chunk, visits[owner[fresh]], t[fresh]),
            1.0,
            case=cases[owner[fresh]],
            doc=doctor if a.mechanism == 2 else -2,
        )


def _cards(chunk: Chunk, a: Assignment, *, shop: bool) -> None:
    """Cards kept in a drawer are swiped one after the other in the same order; nobody came."""
    rng, p = chunk.rng, chunk.persons
    pool = neighbours(chunk, a.inst)
    adults = pool[p.age[pool] >= 35]
    if len(adults) < 6:
        return
    cards = np.sort(rng.choice(adults, min(len(adults), 10 + int(20 * a.strength)), replace=False))
    rounds = 3 + int(9 * a.strength)
    for day in np.sort(some_days(chunk, a, rounds, 3)).tolist():
        today = cards[rng.random(len(cards)) < 0.85 - 0.25 * a.disguise]
        gap = rng.integers(25, 100, len(today)) if a.disguise < 0.6 else rng.integers(200, 900, len(today))
        t = day * DAY + int(rng.integers(29_000, 45_000)) + np.cumsum(gap)
        ok = chunk.free(today, t - DAY, t + DAY)
        today, t = today[ok], t[ok]
        if not len(today):
            continue
        if shop:
            visits = chunk.add_visits(today, np.full(len(today), a.inst), 41, t, t + 60, presence=0, norefund=True)
            what = rng.choice([item("板蓝根颗粒"), item("感冒清热颗粒"), item("布洛芬缓释胶囊"), item("阿莫西林胶囊")], 2, replace=False)
            for position in what:
                chunk.add_lines(visits, position, t + 20, 2.0, unstocked=True)
        else:
            visits = chunk.add_visits(
                today, np.full(len(today), a.inst), 11, t, t + 300, dept=DEPT_INDEX["全科医学科"], dx=dx_index()["J06.900"], presence=0, norefund=True
            )
            expand(chunk, visits, [("visit", "o_cold")], np.zeros(len(visits), np.int64), intensity=1.2)
        cases = each(chunk, "phantom_service", "cards_in_a_drawer", visits)
        chunk.visits["case"][visits] = cases
        lines = chunk.lines_of(visits)
        chunk.lines["unstocked"][lines] = True
        blame(chunk, lines, per_line(visits, cases, chunk.lines["visit"][lines]))
