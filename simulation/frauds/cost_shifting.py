"""Costs shifted: what belongs to the paid case is billed to outpatients, to a pharmacy or to the patient."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, each, per_line, some
from simulation.habits import DAY
from simulation.reading import item

HOUSES = ("county", "tertiary", "tcm", "private", "maternity")
MECHANISMS = 2


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: inpatients' drugs and tests billed as outpatient visits during the stay; 1: covered drugs and materials made self-pay."""
    line, v, rng = chunk.lines, chunk.visits, chunk.rng
    stays = chunk.stays_of(a.inst)
    stays = stays[chunk.los(stays) >= 4]
    visits = some(chunk, a, stays, 0.25, 0.7)
    if not len(visits):
        return
    lines = chunk.lines_of(visits)
    kind = chunk.city.cat.list_type[line["item"][lines]]
    charge = chunk.city.cat.charge[line["item"][lines]]
    if a.mechanism == 1:
        rows = lines[np.isin(kind, ["101", "301"])]
        rows = rows[rng.random(len(rows)) < 0.25 + 0.4 * a.strength]
        owner = line["visit"][rows]
        stays = np.unique(owner)
        cases = each(chunk, "cost_shifting", "made_self_pay", stays)
        line["selfpay"][rows] = True
        line["case"][rows] = per_line(stays, cases, owner)
        fees = (
            np.bincount(per_line(stays, cases, owner), weights=_fees(chunk, rows), minlength=len(chunk.cases))
            if len(rows)
            else np.zeros(len(chunk.cases))
        )
        for case in cases.tolist():
            chunk.cases[case].yuan = round(float(fees[case]) / 100, 2)
        return
    rows = lines[np.isin(charge, ["03", "04", "09"])]
    rows = rows[rng.random(len(rows)) < 0.2 + 0.3 * a.strength]
    # leave the first and last day alone: there outpatient bills are lawful
    owner = line["visit"][rows]
    middle = (line["t"][rows] // DAY > v["begn"][owner] // DAY) & (line["t"][rows] // DAY < v["end"][owner] // DAY)
    rows, owner = rows[middle], owner[middle]
    if not len(rows):
        return
    _, first, back = np.unique(owner * 100_000 + line["t"][rows] // DAY, return_index=True, return_inverse=True)
    t = line["t"][rows[first]]
    source = owner[first]
    new = chunk.add_visits(v["person"][source], v["inst"][source], 11, t, t + 1_800, dept=v["dept"][source], dx=v["dx"][source])
    cases = each(chunk, "cost_shifting", "billed_as_outpatient", new)
    v["case"][new] = cases
    line["visit"][rows] = new[back]
    line["case"][rows] = cases[back]
    chunk.add_lines(new, item("普通门诊诊查费"), t + 60, 1.0, case=cases)


def _fees(chunk: Chunk, rows: Ints) -> Ints:
    line, cat = chunk.lines, chunk.city.cat
    inst = chunk.visits["inst"][line["visit"][rows]]
    return np.asarray(line["cnt"][rows] * cat.price[0, inst, line["item"][rows]], np.int64)
