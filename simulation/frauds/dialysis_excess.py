"""Dialysis beyond what can be: extra sessions, sessions while the patient lies elsewhere, filtration billed for everybody."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, active, each, per_line
from simulation.habits import DAY
from simulation.lawful.dialysis import DISE_DIALYSIS, sessions
from simulation.reading import item

HOUSES = ("dialysis", "county")
MECHANISMS = 3


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: sessions added on free days or the same day; 1: also while patients are in other hospitals; 2: filtration for every session."""
    real = active(chunk, a, chunk.visits_of(a.inst, 14))
    real = real[chunk.visits["dise"][real] == DISE_DIALYSIS]
    if not len(real):
        return
    if a.mechanism == 2:
        _filtration(chunk, a, real)
        return
    if a.mechanism == 1:
        _in_other_wards(chunk, a, real)
    _extra(chunk, a, real)


def _extra(chunk: Chunk, a: Assignment, real: Ints) -> None:
    """Two to six more sessions a patient-month: on the day after or before a session, or a second one on the same day."""
    rng, v = chunk.rng, chunk.visits
    persons = np.unique(v["person"][real])
    used = chunk.pick(persons, 0.55 + 0.4 * a.strength)
    base = real[np.isin(v["person"][real], used)]
    base = base[rng.random(len(base)) < (0.25 + 0.3 * a.strength) * (1 - 0.3 * a.disguise)]
    same = rng.random(len(base)) < 0.35 - 0.3 * a.disguise
    beside = np.where(base % 3 == 0, -DAY, DAY) + rng.integers(-1_500, 1_500, len(base))
    begn = v["begn"][base] + np.where(same, rng.integers(18_000, 22_000, len(base)), beside)
    ok = (begn < chunk.city.habits.end - DAY) & (begn >= a.since) & chunk.free(v["person"][base], begn, begn + 14_400)
    _add(chunk, a, base[ok], begn[ok], "extra_sessions")


def _add(chunk: Chunk, a: Assignment, base: Ints, begn: Ints, name: str) -> None:
    v = chunk.visits
    if not len(base):
        return
    visits = chunk.add_visits(
        v["person"][base], np.full(len(base), a.inst), 14, begn, begn + 14_000, dept=v["dept"][base], dx=v["dx"][base], dise=DISE_DIALYSIS, presence=0
    )
    cases = each(chunk, "dialysis_excess", name, visits)
    chunk.visits["case"][visits] = cases
    sessions(chunk, visits, hdf_share=chunk.city.habits.hdf_share, case=cases)


def _in_other_wards(chunk: Chunk, a: Assignment, real: Ints) -> None:
    """The usual days go on being billed while the patient is in hospital elsewhere."""
    rng, v = chunk.rng, chunk.visits
    persons = np.unique(v["person"][real])
    stays = np.flatnonzero(chunk.inpatient() & v["alive"] & ~v["open"] & np.isin(v["person"], persons) & (v["inst"] != a.inst) & (v["case"] < 0))
    stays = stays[v["begn"][stays] >= a.since]
    base, begn = [], []
    for stay in stays.tolist():
        sample = real[v["person"][real] == v["person"][stay]][0]
        for day in range(v["begn"][stay] // DAY + 1, v["end"][stay] // DAY):
            if (day % 7) in (0, 2, 4):
                base.append(sample)
                begn.append(day * DAY + 27_000 + int(rng.integers(0, 3_000)))
    _add(chunk, a, np.array(base, np.int64), np.array(begn, np.int64), "during_stay_elsewhere")


def _filtration(chunk: Chunk, a: Assignment, real: Ints) -> None:
    """Plain haemodialysis billed as haemodiafiltration, its filter included, nearly every time."""
    line = chunk.lines
    visits = chunk.pick(real, (0.55 + 0.4 * a.strength) * (1 - 0.25 * a.disguise))
    lines = chunk.lines_of(visits)
    plain = lines[line["item"][lines] == item("血液透析")]
    if not len(plain):
        return
    visits = np.unique(line["visit"][plain])
    cases = each(chunk, "dialysis_excess", "filtration_for_all", visits)
    case = per_line(visits, cases, line["visit"][plain])
    line["item"][plain] = item("血液透析滤过")
    line["case"][plain] = case
    filters = lines[(line["item"][lines] == item("血液透析器(空心纤维)")) & np.isin(line["visit"][lines], visits)]
    line["item"][filters] = item("血液透析滤过器")
    line["case"][filters] = per_line(visits, cases, line["visit"][filters])
