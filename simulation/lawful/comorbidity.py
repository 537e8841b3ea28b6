"""Secondary diagnoses that were really treated: each brings the tests and drugs that go with it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.chunk import Chunk
from simulation.reading import dx_index, item, rows

Ints = npt.NDArray[np.int64]


def support(text: str) -> list[tuple[int, int]]:
    """``item*count;…`` as pairs of item position and count."""
    pairs = [part.rsplit("*", 1) for part in text.split(";") if part]
    return [(item(name), int(count)) for name, count in pairs]


def live(chunk: Chunk) -> None:
    """Draws the comorbidities of every stay and adds what treating them took. Kept in ``chunk.notes['secondary']``."""
    rng, v, h = chunk.rng, chunk.visits, chunk.city.habits
    stays = np.flatnonzero(chunk.inpatient() & v["alive"] & (v["profile"] >= 0) & (v["case"] < 0))
    age = chunk.persons.age[v["person"][stays]]
    tier = chunk.city.inst.tier[v["inst"][stays]]
    # sicker patients go to higher houses: an honest tertiary hospital has more of them
    frail = (h.secondary_mean / 2.8) * np.array([0.55, 0.6, 0.95, 1.6])[tier] * rng.gamma(2.0, 0.5, len(stays))
    own = chunk.persons.chronic[v["person"][stays]]
    found: list[tuple[Ints, Ints]] = []
    for row in rows("comorbidities"):
        dx = dx_index()[row["dx"]]
        fits = ~chunk.persons.female[v["person"][stays]] | (row["dx"] != "N40.x00")
        chronic = {"I10.x00x002": 0, "E11.900": 1, "I25.103": 2, "J44.900": 3}.get(row["dx"])
        p = float(row["p"]) * frail * (age >= int(row["age_from"]))
        if chronic is not None:
            p = np.where(own[:, chronic], 0.9, p)
        hit = stays[(rng.random(len(stays)) < np.minimum(p, 0.95)) & (v["dx"][stays] != dx) & fits]
        found.append((hit, np.full(len(hit), dx)))
        treat(chunk, hit, support(row["support"]))
    visits = np.concatenate([pair[0] for pair in found]) if found else np.empty(0, np.int64)
    codes = np.concatenate([pair[1] for pair in found]) if found else np.empty(0, np.int64)
    chunk.notes["secondary"] = (visits, codes)


def treat(chunk: Chunk, visits: Ints, what: list[tuple[int, int]], case: int | Ints = -1) -> None:
    """Adds the lines that a comorbidity brings, one a day where it is given several times."""
    rng, v = chunk.rng, chunk.visits
    days = chunk.los(visits) if len(visits) else np.empty(0, np.int64)
    cat = chunk.city.cat
    for position, count in what:
        tablets = cat.pack_days[position] >= 5
        service = cat.list_type[position] == "201"
        times = np.ones(len(visits), np.int64) if tablets else np.minimum(np.maximum(1, days), count)
        owner = np.repeat(np.arange(len(visits)), times)
        k = np.arange(len(owner)) - np.repeat(np.cumsum(times) - times, times)
        begn, end = v["begn"][visits][owner], v["end"][visits][owner]
        t = (begn // 86_400 + k) * 86_400 + (8.2 * 3600 + rng.random(len(owner)) * 8 * 3600).astype(np.int64)
        t = np.clip(t, begn + 1_200, np.maximum(begn + 1_300, end - 1_800))
        amount = np.where(tablets | service, 1.0, np.maximum(1, count // np.maximum(1, times[owner])))
        if not len(owner):
            continue
        # a test the stay already has that day is not charged again
        if service:
            keep = _new(chunk, visits[owner], position, t)
            owner, t, amount = owner[keep], t[keep], amount[keep]
        chunk.add_lines(visits[owner], position, t, amount, case=case if np.isscalar(case) else np.asarray(case)[owner])


def _new(chunk: Chunk, visits: Ints, position: int, t: Ints) -> npt.NDArray[np.bool_]:
    line = chunk.lines
    same = np.flatnonzero((line["item"] == position) & line["alive"])
    taken = np.unique(line["visit"][same] * 100_000 + line["t"][same] // 86_400)
    return ~np.isin(visits * 100_000 + t // 86_400, taken)
