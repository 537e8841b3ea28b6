"""Trace codes sold twice: flow-back drugs, or one package's code scanned for sales that were none."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, each, per_line, some

HOUSES = ("pharmacy", "village", "community")
MECHANISMS = 2


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: codes sold before at this shop are sold again; 1: codes of packages sold at other houses come back."""
    line, cat = chunk.lines, chunk.city.cat
    meds = (41,) if chunk.city.inst.house[a.inst] == "pharmacy" else (11, 14)
    if chunk.city.inst.tier[a.inst] == 0 and meds != (41,):
        meds = (41,)
    visits = some(chunk, a, chunk.visits_of(a.inst, *meds), 0.15, 0.5)
    lines = chunk.lines_of(visits)
    rows = lines[(cat.list_type[line["item"][lines]] == "101") & (cat.pack_days[line["item"][lines]] > 1)]
    if len(rows) < 4:
        return
    sku = cat.inst_sku[a.inst, line["item"][rows]]
    if a.mechanism == 0:
        reused = _pool(chunk, rows, sku)
    else:
        others = np.flatnonzero((chunk.visits["med"][line["visit"]] == 41) & (chunk.visits["inst"][line["visit"]] != a.inst) & line["alive"])
        reused = _pool(
            chunk,
            np.concatenate([others, rows]),
            np.concatenate([cat.inst_sku[chunk.visits["inst"][line["visit"][others]], line["item"][others]], sku]),
        )
    serial = 9 * 10**12 + a.inst * 10**7 + chunk.number * 10**5
    number: dict[int, int] = {}
    chosen, codes = [], []
    for row, kind in zip(rows.tolist(), sku.tolist(), strict=True):
        source = reused.get(kind)
        if source is None or source == row:
            continue
        if source not in number:
            number[source] = serial + len(number) * 20
            line["trace"][source] = number[source]
            line["cnt"][source] = 1
            if a.mechanism == 1:
                line["sku"][source] = kind
        chosen.append(row)
        codes.append(number[source])
    if not chosen:
        return
    at = np.array(chosen, np.int64)
    line["trace"][at] = np.array(codes, np.int64)
    line["cnt"][at] = 1
    owner = line["visit"][at]
    visits = np.unique(owner)
    cases = each(chunk, "trace_code_reuse", "sold_again" if a.mechanism == 0 else "flow_back", visits)
    line["case"][at] = per_line(visits, cases, owner)
    line["unstocked"][at] = True
    chunk.visits["norefund"][line["visit"][np.array(list(number), np.int64)]] = True


def _pool(chunk: Chunk, rows: Ints, sku: Ints) -> dict[int, int]:
    """The earliest sale of each product among the rows: its code is the one used again."""
    order = np.argsort(chunk.lines["t"][rows], kind="stable")
    out: dict[int, int] = {}
    for k in order.tolist():
        out.setdefault(int(sku[k]), int(rows[k]))
    return out
