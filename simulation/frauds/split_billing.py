"""Split billing: one visit billed as several the same day, one panel billed test by test, one prescription over days."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import blame, each, some
from simulation.habits import DAY
from simulation.reading import item

HOUSES = ("village", "community", "township", "private", "pharmacy", "tcm")
MECHANISMS = 3


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: same-day settlements; 1: consecutive-day prescriptions of one drug; 2: components beside or instead of their panel."""
    (_same_day, _daily, _parts)[a.mechanism](chunk, a)


def _same_day(chunk: Chunk, a: Assignment) -> None:
    """A visit's lines are spread over two to four visits minutes or hours apart, each with its own consultation fee."""
    rng, v, line = chunk.rng, chunk.visits, chunk.lines
    shop = chunk.city.inst.house[a.inst] == "pharmacy"
    visits = some(chunk, a, chunk.visits_of(a.inst, 41 if shop else 11), 0.12, 0.4)
    cases = each(chunk, "split_billing", "same_day_settlements", visits)
    for visit, case in zip(visits.tolist(), cases.tolist(), strict=True):
        pieces = int(rng.integers(2, 4)) + int(a.strength > 0.7)
        later = v["begn"][visit] + np.sort(rng.integers(600, 25_000, pieces))
        later = np.minimum(later, v["begn"][visit] // DAY * DAY + 79_000)
        new = chunk.visits.copy_rows(np.full(pieces, visit), begn=later, end=later + 400, case=np.full(pieces, case))
        lines = chunk.lines_of(np.array([visit]))
        fee = item("普通门诊诊查费")
        moved = lines[line["item"][lines] != fee]
        if len(moved) > 1:
            target = new[rng.integers(0, pieces, len(moved) - 1)]
            line["visit"][moved[1:]] = target
            line["t"][moved[1:]] = v["begn"][target] + 60
            blame(chunk, moved[1:], np.full(len(moved) - 1, case))
        if shop:
            chunk.lines.copy_rows(np.full(pieces, moved[0] if len(moved) else lines[0]), visit=new, t=later + 60, case=np.full(pieces, case))
        else:
            chunk.add_lines(new, fee, later + 30, 1.0, case=case)


def _daily(chunk: Chunk, a: Assignment) -> None:
    """What one prescription would give is prescribed in small packs on three to six days running."""
    rng, v = chunk.rng, chunk.visits
    shop = chunk.city.inst.house[a.inst] == "pharmacy"
    visits = some(chunk, a, chunk.visits_of(a.inst, 41 if shop else 11), 0.08, 0.28)
    cases = each(chunk, "split_billing", "daily_prescriptions", visits)
    for visit, case in zip(visits.tolist(), cases.tolist(), strict=True):
        times = int(rng.integers(3, 6))
        begn = v["begn"][visit] + np.arange(1, times + 1) * DAY + rng.integers(-3_000, 3_000, times)
        person = np.full(times, v["person"][visit])
        ok = chunk.free(person, begn, begn + 3_600) & (begn < chunk.city.habits.end - DAY)
        begn = begn[ok]
        if not len(begn):
            continue
        new = chunk.visits.copy_rows(np.full(len(begn), visit), begn=begn, end=begn + 900, case=np.full(len(begn), case))
        lines = chunk.lines_of(np.array([visit]))
        for target, t in zip(new.tolist(), begn.tolist(), strict=True):
            chunk.lines.copy_rows(lines, visit=np.full(len(lines), target), t=np.full(len(lines), t + 120), case=np.full(len(lines), case))


def _parts(chunk: Chunk, a: Assignment) -> None:
    """The panel's single tests are billed again beside the panel on the same day."""
    line = chunk.lines
    kinds = (11,) if chunk.city.inst.house[a.inst] in ("village", "community") else (11, 21)
    visits = chunk.visits_of(a.inst, *kinds)
    lines = chunk.lines_of(visits)
    whole = lines[np.isin(line["item"][lines], [item("肝功能组合测定"), item("肾功能组合测定"), item("血脂组合测定")])]
    chosen = some(chunk, a, np.unique(line["visit"][whole]), 0.3, 0.8)
    if not len(chosen):
        return
    cases = each(chunk, "split_billing", "components_beside_panel", chosen)
    rows = whole[np.isin(line["visit"][whole], chosen)]
    case = cases[np.searchsorted(chosen, line["visit"][rows])]
    parts = {
        item("肝功能组合测定"): ("血清丙氨酸氨基转移酶测定", "血清天门冬氨酸氨基转移酶测定", "血清总胆红素测定"),
        item("肾功能组合测定"): ("尿素测定", "肌酐测定", "血清尿酸测定"),
        item("血脂组合测定"): ("血清总胆固醇测定", "血清甘油三酯测定"),
    }
    for panel, names in parts.items():
        at = line["item"][rows] == panel
        for name in names:
            chunk.lines.copy_rows(
                rows[at], item=np.full(int(at.sum()), item(name)), case=case[at], price=np.zeros(int(at.sum())), sku=np.full(int(at.sum()), -1)
            )
