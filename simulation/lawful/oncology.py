"""Chemotherapy cycles and radiotherapy courses: repeated stays for one disease that are one plan of treatment."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.habits import DAY
from simulation.lawful.stays import apart, fill, length, open_stays
from simulation.reading import stay_index


def live(chunk: Chunk) -> None:
    """Cycles every three weeks, courses of four to five weeks, staged cataracts, stents taken out, plates removed."""
    rng, p, h = chunk.rng, chunk.persons, chunk.city.habits
    sick = np.flatnonzero((rng.random(p.count) < 0.0032) & (p.age >= 35) & (p.age <= 80))
    if len(sick):
        first = (h.start + rng.random(len(sick)) * (h.end - h.start) * 0.85).astype(np.int64) // DAY
        cycles = rng.integers(2, 7, len(sick))
        inst = chunk.city.near(rng, "cancer", p.county[sick])
        inst = np.where(rng.random(len(sick)) < 0.45, chunk.city.near(rng, "tertiary", p.county[sick]), inst)
        owner = np.repeat(np.arange(len(sick)), cycles)
        k = np.arange(len(owner)) - np.repeat(np.cumsum(cycles) - cycles, cycles)
        step = np.where(rng.random(len(sick)) < 0.75, 21, 14)
        day = first[owner] + k * step[owner] + rng.integers(0, 2, len(owner))
        los = rng.integers(2, 6, len(owner))
        ok = (day < h.end // DAY) & chunk.free(sick[owner], day * DAY, (day + los + 1) * DAY) & apart(sick[owner], day, day + los, 1)
        owner, day, los = owner[ok], day[ok], los[ok]
        visits = open_stays(chunk, sick[owner], inst[owner], np.full(len(owner), stay_index()["化疗"]), day, los)
        fill(chunk, visits)
        chunk.look("chemotherapy_cycles", "split_stay", visits)
        chunk.look("chemotherapy_cycles", "low_threshold_admission", visits)
    ray = np.flatnonzero((rng.random(p.count) < 0.0007) & (p.age >= 40) & (p.age <= 80))
    if len(ray):
        day = (h.start + rng.random(len(ray)) * (h.end - h.start) * 0.85).astype(np.int64) // DAY
        los = rng.integers(24, 36, len(ray))
        ok = chunk.free(ray, day * DAY, (day + los + 1) * DAY)
        ray, day, los = ray[ok], day[ok], los[ok]
        visits = open_stays(chunk, ray, chunk.city.near(rng, "cancer", p.county[ray]), np.full(len(ray), stay_index()["放疗"]), day, los, opday=-1)
        fill(chunk, visits)
        chunk.look("radiotherapy_course", "bed_hanging", visits)
    _second_steps(chunk)


def _second_steps(chunk: Chunk) -> None:
    """The second eye, the stent taken out, the plate removed: planned second stays at the same house."""
    rng, v, h = chunk.rng, chunk.visits, chunk.city.habits
    plans = (
        ("白内障", "白内障", 0.35, 6, 13, "staged_second_eye"),
        ("输尿管结石", "取输尿管支架", 0.7, 14, 29, "stent_removed"),
    )
    for first, then, share, low, high, name in plans:
        at = np.flatnonzero((v["profile"] == stay_index()[first]) & v["alive"] & ~v["open"] & (rng.random(v.size) < share))
        day = v["end"][at] // DAY + rng.integers(low, high, len(at))
        profile = np.full(len(at), stay_index()[then])
        los = np.minimum(length(chunk, profile), 4) if len(at) else day
        ok = (day < h.end // DAY) & chunk.free(v["person"][at], day * DAY, (day + los + 1) * DAY) if len(at) else day > 0
        at, day, los, profile = at[ok], day[ok], los[ok], profile[ok]
        if len(at):
            visits = open_stays(chunk, v["person"][at], v["inst"][at], profile, day, los)
            fill(chunk, visits)
            chunk.look(name, "split_stay", visits)
