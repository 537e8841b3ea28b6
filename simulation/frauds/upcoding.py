"""Up-coding: diagnoses and operations nobody treated or did, so that the stay falls in a dearer group."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import some
from simulation.reading import dx_index, rows, stay_index

HOUSES = ("county", "tertiary", "tcm", "maternity", "cancer")
MECHANISMS = 2
MCC = ("J96.000", "A41.900", "E43.x00", "N17.900", "I50.900")
CC = ("E87.600", "J18.900", "E87.100", "J90.x00x002", "E11.400", "B37.900")
DEARER_MAIN = {"支气管炎": "肺炎", "高血压": "冠心病", "眩晕": "脑梗死", "胃炎": "消化道出血", "脑供血不足": "脑梗死", "泌尿道感染": "慢性肾衰"}


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: complications added on paper; 1: the main diagnosis exchanged for a dearer one. Only where and when DRGs are paid."""
    v, rng = chunk.visits, chunk.rng
    stays = chunk.stays_of(a.inst)
    stays = stays[(v["end"][stays] >= chunk.city.inst.drg_from[a.inst]) & (v["profile"][stays] >= 0) & (v["med"][stays] == 21)]
    table = rows("stays")
    splits = {row["adrg"]: row["splits"] for row in rows("drg")}
    names = [table[int(k)]["name"] for k in v["profile"][stays]]
    if a.mechanism == 1:
        fit = np.array([name in DEARER_MAIN for name in names], np.bool_)
    else:
        fit = np.array([len(splits[table[stay_index()[name]]["adrg"]]) > 1 for name in names], np.bool_)
    visits = some(chunk, a, stays[fit] if len(stays) else stays, 0.25, 0.75)
    claimed = chunk.notes.setdefault("claimed", {})
    wanted = chunk.notes.setdefault("upcoded", [])
    owner, codes = chunk.notes["secondary"]
    for visit in visits.tolist():
        own = set(codes[owner == visit].tolist())
        if a.mechanism == 1:
            better = stay_index()[DEARER_MAIN[table[int(v["profile"][visit])]["name"]]]
            v["claimed_dx"][visit] = dx_index()[table[better]["dx"]]
            chunk.notes.setdefault("billed_profile", {})[visit] = better
        else:
            heavy = rng.random() < 0.35 + 0.4 * a.strength
            pool = [dx_index()[code] for code in (MCC if heavy else CC) if dx_index()[code] not in own]
            claimed[visit] = [int(rng.choice(pool))]
        case = chunk.case("upcoding", "main_diagnosis" if a.mechanism == 1 else "complications", a.inst, v["person"][visit], visit, 0.0)
        wanted.append((visit, case))
