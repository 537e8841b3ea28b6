"""Costs shifted: what belongs to the paid case is billed to outpatients, to a pharmacy or to the patient."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, each, per_line, some
from simulation.habits import DAY
from simulation.reading import item, rows

HOUSES = ("county", "tertiary", "tcm", "private", "maternity")
MECHANISMS = 4
#: Position of the dosage form in a western drug's code, and the form of injections; one pack of a ward's injection lasts a day.
FORM_AT, INJECTION = 10, "B"


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: inpatients' drugs and tests billed as outpatient visits during the stay; 1: covered drugs and materials made self-pay;
    2: the tests of the first days billed as outpatient visits before admission; 3: the ward's injections bought at one pharmacy."""
    stays = chunk.stays_of(a.inst)
    visits = some(chunk, a, stays[chunk.los(stays) >= 4], 0.25, 0.7)
    if len(visits):
        (_during, _self_paid, _before, _bought_outside)[a.mechanism](chunk, a, visits)


def _self_paid(chunk: Chunk, a: Assignment, visits: Ints) -> None:
    line, rng = chunk.lines, chunk.rng
    lines = chunk.lines_of(visits)
    moved = lines[np.isin(chunk.city.cat.list_type[line["item"][lines]], ["101", "301"])]
    moved = moved[rng.random(len(moved)) < 0.25 + 0.4 * a.strength]
    owner = line["visit"][moved]
    stays = np.unique(owner)
    cases = each(chunk, "cost_shifting", "made_self_pay", stays)
    line["selfpay"][moved] = True
    line["case"][moved] = per_line(stays, cases, owner)
    fees = (
        np.bincount(per_line(stays, cases, owner), weights=_fees(chunk, moved), minlength=len(chunk.cases))
        if len(moved)
        else np.zeros(len(chunk.cases))
    )
    for case in cases.tolist():
        chunk.cases[case].yuan = round(float(fees[case]) / 100, 2)


def _during(chunk: Chunk, a: Assignment, visits: Ints) -> None:
    line, v, rng = chunk.lines, chunk.visits, chunk.rng
    lines = chunk.lines_of(visits)
    moved = lines[np.isin(chunk.city.cat.charge[line["item"][lines]], ["03", "04", "09"])]
    moved = moved[rng.random(len(moved)) < 0.2 + 0.3 * a.strength]
    # leave the first and last day alone: there outpatient bills are lawful
    owner = line["visit"][moved]
    middle = (line["t"][moved] // DAY > v["begn"][owner] // DAY) & (line["t"][moved] // DAY < v["end"][owner] // DAY)
    moved = moved[middle]
    if len(moved):
        _as_outpatient(chunk, moved, line["t"][moved], "billed_as_outpatient")


def _before(chunk: Chunk, a: Assignment, visits: Ints) -> None:
    """All but a few of the first three days' tests, dated on one of the two days before admission."""
    line, v, rng = chunk.lines, chunk.visits, chunk.rng
    earlier = v["begn"][visits] // DAY - rng.integers(1, 3, len(visits))
    ok = chunk.free(v["person"][visits], earlier * DAY, v["begn"][visits] // DAY * DAY)
    visits, earlier = visits[ok], earlier[ok]
    lines = chunk.lines_of(visits)
    owner = line["visit"][lines]
    tests = np.isin(chunk.city.cat.charge[line["item"][lines]], ["03", "04"]) & (line["t"][lines] // DAY - v["begn"][owner] // DAY < 3)
    moved = lines[tests & (rng.random(len(lines)) < 0.95 - 0.2 * a.disguise)]
    if len(moved):
        day = per_line(visits, earlier, line["visit"][moved])
        _as_outpatient(chunk, moved, day * DAY + 9 * 3_600 + line["t"][moved] % 7_200, "tests_before_admission")


def _bought_outside(chunk: Chunk, a: Assignment, visits: Ints) -> None:
    """The injections of the days inside are bought on the patient's card at one pharmacy near by."""
    line, v, rng = chunk.lines, chunk.visits, chunk.rng
    injected = np.array([row["code"][FORM_AT : FORM_AT + 1] == INJECTION and row["pack_days"] == "1" for row in rows("items")], np.bool_)
    lines = chunk.lines_of(visits)
    owner = line["visit"][lines]
    inside = (line["t"][lines] // DAY > v["begn"][owner] // DAY) & (line["t"][lines] // DAY < v["end"][owner] // DAY)
    moved = lines[inside & injected[line["item"][lines]] & (rng.random(len(lines)) < 0.4 + 0.4 * a.strength)]
    if not len(moved):
        return
    shop = chunk.city.near(np.random.default_rng([chunk.city.habits.seed, 14, a.inst]), "pharmacy", chunk.city.inst.county[[a.inst]])
    t = line["t"][moved] // DAY * DAY + 10 * 3_600 + rng.integers(0, 900, len(moved))
    line["t"][moved] = t
    owner = line["visit"][moved]
    _, first, back = np.unique(owner * 100_000 + t // DAY, return_index=True, return_inverse=True)
    begn = t[first]
    new = chunk.add_visits(v["person"][owner[first]], np.full(len(first), shop[0]), 41, begn, begn + 1_200, dept=0, dx=-1)
    cases = np.array(
        [chunk.case("cost_shifting", "bought_outside", a.inst, v["person"][x], x) for x in new.tolist()],
        np.int64,
    )
    v["case"][new] = cases
    line["visit"][moved] = new[back]
    line["case"][moved] = cases[back]


def _as_outpatient(chunk: Chunk, moved: Ints, t: Ints, mechanism: str) -> None:
    """The lines become those of one outpatient visit a stay and day at the same hospital."""
    line, v = chunk.lines, chunk.visits
    owner = line["visit"][moved]
    line["t"][moved] = t
    _, first, back = np.unique(owner * 100_000 + t // DAY, return_index=True, return_inverse=True)
    begn, source = t[first], owner[first]
    new = chunk.add_visits(v["person"][source], v["inst"][source], 11, begn, begn + 1_800, dept=v["dept"][source], dx=v["dx"][source])
    cases = each(chunk, "cost_shifting", mechanism, new)
    v["case"][new] = cases
    line["visit"][moved] = new[back]
    line["case"][moved] = cases[back]
    chunk.add_lines(new, item("普通门诊诊查费"), begn + 60, 1.0, case=cases)


def _fees(chunk: Chunk, moved: Ints) -> Ints:
    line, cat = chunk.lines, chunk.city.cat
    inst = chunk.visits["inst"][line["visit"][moved]]
    return np.asarray(line["cnt"][moved] * cat.price[0, inst, line["item"][moved]], np.int64)
