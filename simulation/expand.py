"""From visits to fee lines: each visit's recipes are laid out over its days and thinned by the house's taste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.chunk import Chunk
from simulation.habits import DAY
from simulation.reading import item, recipes

Ints = npt.NDArray[np.int64]
PHASES = ("adm", "day", "alt", "op", "post", "dis", "week", "month", "work", "mwf", "visit")
ADULTS_ONLY = ("左氧氟沙星氯化钠注射液", "左氧氟沙星滴眼液", "布洛芬缓释胶囊")
POSTED = ("普通病房床位费", "住院诊查费", "精神病护理", "新生儿护理")


@dataclass(frozen=True, slots=True)
class _Flat:
    start: Ints
    count: Ints
    phase: Ints
    item: Ints
    p: npt.NDArray[np.float64]
    low: Ints
    high: Ints


def _flatten(sets: Sequence[tuple[str, ...]]) -> _Flat:
    lines = [[line for name in names for line in recipes()[name]] for names in sets]
    count = np.array([len(group) for group in lines], np.int64)
    flat = [line for group in lines for line in group]
    return _Flat(
        start=np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64),
        count=count,
        phase=np.array([PHASES.index(line.phase) for line in flat], np.int64),
        item=np.array([line.item for line in flat], np.int64),
        p=np.array([line.p for line in flat]),
        low=np.array([line.low for line in flat], np.int64),
        high=np.array([line.high for line in flat], np.int64),
    )


def expand(chunk: Chunk, visits: Ints, sets: Sequence[tuple[str, ...]], which: Ints, *, intensity: float = 1.0, case: Ints | None = None) -> Ints:
    """Adds the lines of visits. ``which`` names each visit's recipe set. Returns the new lines' positions."""
    if not len(visits):
        return np.empty(0, np.int64)
    rng, city, v = chunk.rng, chunk.city, chunk.visits
    flat = _flatten(sets)
    los = chunk.los(visits)
    stay = chunk.inpatient()[visits]
    n_rows = flat.count[which]
    owner = np.repeat(np.arange(len(visits)), n_rows)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(n_rows) - n_rows, n_rows)
    row = flat.start[which][owner] + offset
    phase = flat.phase[row]
    days = los[owner]
    opday = v["opday"][visits][owner]
    slots = np.select(
        [phase == 1, phase == 2, phase == 3, phase == 4, phase == 6, phase == 7, phase == 8, phase == 9],
        [
            days,
            days // 3,
            (opday >= 0).astype(np.int64),
            np.where(opday >= 0, np.minimum(3, np.maximum(0, days - opday - 1)), 0),
            (days + 6) // 7,
            (days + 29) // 30,
            days,
            days,
        ],
        1,
    )
    taste = city.taste[v["inst"][visits][owner], flat.item[row]]
    chance = np.where(flat.p[row] >= 1.0, 1.0, np.minimum(0.97, flat.p[row] * taste * intensity))
    root = np.where(slots > 1, np.sqrt(chance), 1.0)
    kept = rng.random(len(owner)) < np.where(slots > 1, root, chance)
    owner, row, phase, slots, chance, root, opday, days = (a[kept] for a in (owner, row, phase, slots, chance, root, opday, days))
    line_owner = np.repeat(np.arange(len(owner)), slots)
    slot = np.arange(len(line_owner)) - np.repeat(np.cumsum(slots) - slots, slots)
    ph = phase[line_owner]
    day = np.select(
        [ph == 2, ph == 3, ph == 4, ph == 5, ph == 6, ph == 7],
        [slot * 3 + 3, opday[line_owner], opday[line_owner] + 1 + slot, days[line_owner], slot * 7, slot * 30],
        slot,
    )
    day = np.where(ph == 2, np.minimum(day, days[line_owner] - 1), day)
    visit_pos = owner[line_owner]
    begn, end = v["begn"][visits][visit_pos], v["end"][visits][visit_pos]
    weekday = (begn // DAY + day + 3) % 7
    keep = (rng.random(len(day)) < np.where(slots[line_owner] > 1, chance[line_owner] / root[line_owner], 1.0)) & ((ph != 8) | (weekday < 5))
    keep &= (ph != 9) | np.isin(weekday, [0, 2, 4])
    line_owner, day, visit_pos, begn, end, ph = (a[keep] for a in (line_owner, day, visit_pos, begn, end, ph))
    row = row[line_owner]
    what = flat.item[row]
    cnt = flat.low[row] + np.floor(rng.random(len(row)) * (flat.high[row] - flat.low[row] + 1)).astype(np.int64)
    # fluoroquinolones are not given to children
    adult = chunk.persons.age[v["person"][visits]][visit_pos] >= 18
    keep = adult | ~np.isin(what, [item(name) for name in ADULTS_ONLY])
    visit_pos, day, begn, end, ph, what, cnt = (a[keep] for a in (visit_pos, day, begn, end, ph, what, cnt))
    # one line an item and day: two recipes that bring the same item do not charge it twice
    _, first = np.unique((visit_pos * 1000 + day) * 1000 + what, return_index=True)
    first.sort()
    visit_pos, day, begn, end, ph, what, cnt = (a[first] for a in (visit_pos, day, begn, end, ph, what, cnt))
    t = when(chunk, what, begn, end, day, stay[visit_pos])
    return chunk.add_lines(
        visits[visit_pos],
        what,
        t,
        cnt.astype(np.float64),
        home=(ph == 5) & stay[visit_pos],
        case=-1 if case is None else case[visit_pos],
    )


def when(chunk: Chunk, what: Ints, begn: Ints, end: Ints, day: Ints, stay: npt.NDArray[np.bool_]) -> Ints:
    """The second a line is posted: daily charges at the city's posting hour, the rest in working hours, within the visit."""
    rng, hour = chunk.rng, chunk.city.habits.posting_hour
    midnight = begn // DAY * DAY
    u = rng.random(len(what))
    work = midnight + day * DAY + (7.4 * 3600 + u * u * 12.5 * 3600).astype(np.int64)
    daily = np.isin(what, [item(name) for name in POSTED])
    shift = 1 if hour < 1 else 0
    posted = midnight + (day + shift) * DAY + int(hour * 3600) + (u * 500).astype(np.int64)
    inside = np.where(daily, posted, work)
    inside = np.clip(inside, begn + 600 + (u * 1500).astype(np.int64), np.maximum(begn + 700, end - 60 - (u * 1800).astype(np.int64)))
    # what is charged for a day is dated on that day, however late the patient came
    inside = np.where(daily & (shift == 0), np.minimum(inside, midnight + (day + 1) * DAY - 1), inside)
    outside = begn + (u * np.maximum(60, end - begn - 30)).astype(np.int64)
    return np.where(stay, inside, outside)
