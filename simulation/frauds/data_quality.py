"""False information: one invoice reimbursed twice, physicians left blank everywhere, codes that do not fit, times that cannot be.

An invoice handed in again under later dates is planted here and named phantom service: the second stay never was (条例 40.1 虚开费用单据,
细则「同一笔费用申报两次以上」); nothing about the record's data is wrong.
"""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import each, neighbours, per_line, some, some_days
from simulation.habits import DAY
from simulation.lawful.stays import fill, open_stays
from simulation.reading import stay_index

HOUSES = ("private", "village", "community", "county", "tertiary", "township")
MECHANISMS = 2


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: manual reimbursements with one invoice number twice; 1: the physician is left out of nearly every line."""
    if a.mechanism == 0 and chunk.city.inst.tier[a.inst] >= 2:
        _invoices(chunk, a)
        return
    visits = some(chunk, a, chunk.visits_of(a.inst, 11, 21), 0.5, 0.95)
    if not len(visits):
        return
    lines = chunk.lines_of(visits)
    lines = lines[chunk.lines["case"][lines] < 0]
    cases = each(chunk, "data_quality", "no_physician", visits)
    chunk.lines["doc"][lines] = -1
    chunk.visits["doc"][visits] = -1
    chunk.lines["case"][lines] = per_line(visits, cases, chunk.lines["visit"][lines])


def _invoices(chunk: Chunk, a: Assignment) -> None:
    rng, p = chunk.rng, chunk.persons
    pool = neighbours(chunk, a.inst)
    pool = pool[(p.age[pool] >= 30) & ~p.dialysis[pool]]
    person = rng.choice(pool, min(len(pool), 2 + int(4 * a.strength)), replace=False)
    day = some_days(chunk, a, len(person), 60)
    profile = np.array([stay_index()[str(n)] for n in rng.choice(["脑梗死", "肺炎", "胆囊结石手术"], len(person))], np.int64)
    los = rng.integers(6, 12, len(person))
    ok = chunk.free(person, day * DAY, (day + los + 1) * DAY)
    person, day, profile, los = person[ok], day[ok], profile[ok], los[ok]
    if not len(person):
        return
    first = open_stays(chunk, person, np.full(len(person), a.inst), profile, day, los, way=1, manual=1, norefund=True)
    fill(chunk, first)
    invoice = 10_000_000 + rng.integers(0, 89_999_999, len(first))
    v = chunk.visits
    v["invoice"][first] = invoice
    # handed in again weeks later as if it were another stay's bill
    later = rng.integers(15, 40, len(first)) * DAY
    second = v.copy_rows(first, begn=v["begn"][first] + later, end=v["end"][first] + later)
    for old, new, shift in zip(first.tolist(), second.tolist(), later.tolist(), strict=True):
        case = chunk.case("phantom_service", "invoice_twice", a.inst, v["person"][new], new)
        lines = chunk.lines_of(np.array([old]))
        chunk.lines.copy_rows(lines, visit=np.full(len(lines), new), t=chunk.lines["t"][lines] + shift, case=np.full(len(lines), case))
        chunk.visits["case"][new] = case
        chunk.visits["case"][old] = -1
