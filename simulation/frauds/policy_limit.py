"""Beyond the limits of payment: the drug's sex, age, house level, course or setting, the test's interval, the no-pay herb."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, each, some, within
from simulation.habits import DAY
from simulation.reading import item

HOUSES = ("village", "community", "township", "private", "county", "pharmacy", "tcm", "rehab")
MECHANISMS = 4


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: level-limited or injury-insurance drugs; 1: children's drugs for adults; 2: tests too often; 3: herbs that are never paid.

    Pharmacies sell what is paid only in emergencies, in hospital or after work injuries.
    """
    city = chunk.city
    tier = int(city.inst.tier[a.inst])
    house = city.inst.house[a.inst]
    if house == "pharmacy":
        _give(chunk, a, chunk.visits_of(a.inst, 41), ("安宫牛黄丸", "疤痕止痒软化膏")[a.mechanism % 2], "setting_or_insurance", 0.03, 0.15)
    elif a.mechanism == 0:
        name = "参麦注射液" if tier < 2 else "注射用胸腺法新"
        _give(chunk, a, chunk.visits_of(a.inst, 11, 13, 21), name, "house_level" if tier < 2 else "injury_insurance_only", 0.08, 0.35, child=False)
    elif a.mechanism == 1:
        _give(chunk, a, chunk.visits_of(a.inst, 11, 13), "金振口服液", "childrens_drug_for_adults", 0.08, 0.3, child=False)
    elif a.mechanism == 2 and tier >= 1:
        stays = chunk.stays_of(a.inst)
        _often(chunk, a, stays[chunk.los(stays) >= 5])
    else:
        _give(chunk, a, chunk.visits_of(a.inst, 11, 14), "阿胶", "no_pay_herb", 0.04, 0.2, count=20.0, child=False)


def _give(
    chunk: Chunk, a: Assignment, visits: Ints, name: str, mechanism: str, low: float, high: float, *, count: float = 2.0, child: bool = True
) -> None:
    if not child:
        visits = visits[chunk.persons.age[chunk.visits["person"][visits]] >= 19]
    at = some(chunk, a, visits, low, high)
    if not len(at):
        return
    cases = each(chunk, "policy_limit", mechanism, at)
    t = chunk.visits["begn"][at] + chunk.rng.integers(60, 400, len(at))
    inside = np.where(chunk.inpatient()[at], within(chunk, at, t + DAY), np.minimum(t, chunk.visits["end"][at]))
    chunk.add_lines(at, item(name), inside, count, case=cases)
    if name == "阿胶":
        # billed as if it were payable
        chunk.lines["fault"][chunk.lines.size - len(at) : chunk.lines.size] = 1


def _often(chunk: Chunk, a: Assignment, stays: Ints) -> None:
    """Glycated haemoglobin and rehabilitation assessments every few days."""
    rehab = chunk.city.inst.house[a.inst] == "rehab"
    name = "康复评定" if rehab else "糖化血红蛋白测定"
    at = some(chunk, a, stays, 0.4, 0.9)
    if not len(at):
        return
    cases = each(chunk, "policy_limit", "too_often", at)
    for gap in (1, 4):
        t = (chunk.visits["begn"][at] // DAY + gap) * DAY + chunk.rng.integers(28_000, 50_000, len(at))
        chunk.add_lines(at, item(name), within(chunk, at, t), 1.0, case=cases)
