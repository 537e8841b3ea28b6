"""Above the standard: prices over the ceiling, more hours than a day has, the price of a higher level."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints, active, each, per_line
from simulation.reading import items

HOUSES = ("private", "county", "township", "community", "village", "pharmacy", "tcm", "dialysis")
MECHANISMS = 3


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: some items above the ceiling; 1: hourly monitoring above 24 hours a day; 2: services at the price of the level above."""
    line, v, city = chunk.lines, chunk.visits, chunk.city
    at = np.flatnonzero((v["inst"] == a.inst) & v["alive"] & (v["case"] < 0) & ~v["open"])
    lines = chunk.lines_of(active(chunk, a, at))
    lines = lines[line["case"][lines] < 0]
    if a.mechanism == 1 and city.inst.tier[a.inst] > 0:
        _hours(chunk, a, lines)
        return
    service = city.cat.list_type[line["item"][lines]] == "201"
    if city.inst.house[a.inst] == "pharmacy":
        wanted = np.unique(line["item"][lines])
    else:
        wanted = np.unique(line["item"][lines[service]]) if a.mechanism == 2 else np.unique(line["item"][lines])
    if not len(wanted):
        return
    wanted = chunk.rng.choice(wanted, max(3, int(len(wanted) * (0.08 + 0.2 * a.strength))), replace=True)
    rows = lines[np.isin(line["item"][lines], wanted)]
    rows = rows[chunk.rng.random(len(rows)) < 0.95 - 0.4 * a.disguise]
    _blame(chunk, rows, "above_ceiling" if a.mechanism != 2 else "price_of_higher_level")
    inst = a.inst
    item = line["item"][rows]
    sku = city.cat.inst_sku[inst, item]
    period = (line["t"][rows] >= city.habits.price_change).astype(np.int64)
    # the list binds houses without a level like those of the first
    tier = max(1, int(city.inst.tier[inst]))
    ceiling = city.cat.ceiling[period, tier, sku]
    factor = 1 + (0.06 + 0.5 * a.strength) * (1 - 0.6 * a.disguise) * chunk.rng.uniform(0.7, 1.3, len(city.cat.names))[item]
    above = city.cat.ceiling[period, min(3, tier + 1), sku]
    price = np.where(np.bool_(a.mechanism == 2) & (above > ceiling), above, np.ceil(ceiling * factor).astype(np.int64))
    line["price"][rows] = np.maximum(price, ceiling + 1)


def _blame(chunk: Chunk, rows: Ints, name: str) -> None:
    owner = chunk.lines["visit"][rows]
    visits = np.unique(owner)
    cases = each(chunk, "overpricing", name, visits)
    if len(rows):
        chunk.lines["case"][rows] = per_line(visits, cases, owner)


def _hours(chunk: Chunk, a: Assignment, lines: Ints) -> None:
    line = chunk.lines
    rows = lines[np.isin(line["item"][lines], items("心电监测", "指脉氧监测"))]
    rows = rows[chunk.rng.random(len(rows)) < 0.3 + 0.5 * a.strength]
    line["cnt"][rows] = chunk.rng.integers(26, 40, len(rows))
    _blame(chunk, rows, "hours_above_a_day")
