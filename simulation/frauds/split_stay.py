"""Split stays: one illness settled as two or more stays."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, active, blame, each, per_line, some
from simulation.habits import DAY
from simulation.lawful.stays import fill, open_stays
from simulation.reading import rows

HOUSES = ("private", "county", "tcm", "psych", "rehab", "tertiary", "nursing")
MECHANISMS = 2


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: a stay is cut in two with nought to four days between; 1: the same patient is readmitted for the same within a week or two."""
    v = chunk.visits
    psych = chunk.city.inst.house[a.inst] == "psych"
    stays = chunk.stays_of(a.inst)
    stays = stays[v["opday"][stays] < 0]
    stays = stays[np.array(["Z51" not in code for code in _codes(chunk, stays)], np.bool_)] if len(stays) else stays
    if a.mechanism == 0 or psych:
        _cut(chunk, a, stays, bool(psych))
    else:
        _again(chunk, a, stays)


def _codes(chunk: Chunk, stays: Ints) -> list[str]:
    table = rows("diagnoses")
    return [table[int(dx)]["code"] for dx in chunk.visits["dx"][stays]]


def _cut(chunk: Chunk, a: Assignment, stays: Ints, psych: bool) -> None:
    """The second half becomes a stay of its own; a psychiatric stay is cut every 30, 60 or 90 days."""
    rng, v, line = chunk.rng, chunk.visits, chunk.lines
    long = stays[chunk.los(stays) >= (24 if psych else 8)]
    chosen = chunk.pick(active(chunk, a, long), 0.9 if psych else (0.3 + 0.5 * a.strength) * (1 - 0.3 * a.disguise))
    for visit in chosen.tolist():
        los = int(chunk.los(np.array([visit]))[0])
        at = (int((30, 60, 90)[a.inst % 3]) if los > 34 else los // 2) if psych else int(los * rng.uniform(0.4, 0.6))
        at = min(at, los - 3)
        gap = int(rng.integers(0, 2 + int(3 * a.disguise)))
        cut = (v["begn"][visit] // DAY + at) * DAY + int(rng.integers(32_000, 56_000))
        new = chunk.visits.copy_rows(
            np.array([visit]),
            begn=np.array([cut + 3_600 + gap * DAY]),
            end=np.array([v["end"][visit] + gap * DAY]),
            admway=np.array([2]),
            interim=np.array([0]),
        )
        v["end"][visit] = cut
        v["interim"][visit] = 0
        v["way"][visit] = 1
        if v["end"][new[0]] >= chunk.city.habits.end:
            v["open"][new[0]] = True
        lines = chunk.lines_of(np.array([visit]))
        later = lines[line["t"][lines] >= cut]
        line["visit"][later] = new[0]
        line["t"][later] = np.maximum(line["t"][later] + gap * DAY, v["begn"][new[0]] + 600)
        case = chunk.case("split_stay", "cut_at_limit" if psych else "cut_in_two", a.inst, v["person"][visit], int(new[0]))
        v["case"][new] = case
        blame(chunk, later, np.full(len(later), case))
        owner, codes = chunk.notes["secondary"]
        mine = owner == visit
        chunk.notes["secondary"] = (np.append(owner, np.full(int(mine.sum()), new[0])), np.append(codes, codes[mine]))


def _again(chunk: Chunk, a: Assignment, stays: Ints) -> None:
    """Discharged on orders, back for the same within days, without a reason."""
    rng, v = chunk.rng, chunk.visits
    at = some(chunk, a, stays[chunk.los(stays) >= 4], 0.25, 0.65)
    day = v["end"][at] // DAY + rng.integers(1, 5 + int(8 * a.disguise), len(at))
    los = rng.integers(4, 9, len(at))
    ok = chunk.free(v["person"][at], day * DAY, (day + los + 1) * DAY) & ((day + los + 1) * DAY < chunk.city.habits.end)
    at, day, los = at[ok], day[ok], los[ok]
    if not len(at):
        return
    v["way"][at] = 1
    new = open_stays(chunk, v["person"][at], v["inst"][at], v["profile"][at], day, los, admway=2, way=1)
    fill(chunk, new, intensity=0.8)
    cases = each(chunk, "split_stay", "readmitted_for_the_same", new)
    v["case"][new] = cases
    lines = chunk.lines_of(new)
    blame(chunk, lines, per_line(new, cases, chunk.lines["visit"][lines]))
