"""DRG of simulated stays: the profile's ADRG, split by real CC/MCC lists with their exclusions; weights from costs."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from simulation.reading import rows

Ints = npt.NDArray[np.int64]


@cache
def _severity() -> tuple[Ints, tuple[str, ...], tuple[frozenset[str], ...]]:
    table = rows("diagnoses")
    level = np.array([{"mcc": 2, "cc": 1}.get(row["cc"], 0) for row in table], np.int64)
    own = tuple(row["exclusion"] for row in table)
    barred = tuple(frozenset(row["excluded_by"].split(";")) if row["excluded_by"] else frozenset[str]() for row in table)
    return level, own, barred


def severity(main: int, secondary: list[int]) -> int:
    """2 with an MCC that counts, 1 with a CC that counts, else 0."""
    level, own, barred = _severity()
    counted = [int(level[dx]) for dx in secondary if level[dx] and own[dx] not in barred[main] and dx != main]
    return max(counted, default=0)


@cache
def _splits() -> dict[str, tuple[str, str]]:
    return {row["adrg"]: (row["splits"], row["name"]) for row in rows("drg")}


SUFFIX_TEXT = {"1": "，伴严重并发症或合并症", "3": "，伴并发症或合并症", "5": "，不伴并发症或合并症", "9": ""}


def group(profile: int, level: int) -> str:
    """The DRG of a profile at a severity: the ADRG's split that applies."""
    adrg = rows("stays")[profile]["adrg"]
    splits = _splits()[adrg][0]
    wanted = {2: "1359", 1: "359", 0: "59"}[level]
    for suffix in wanted:
        if suffix in splits:
            return adrg + suffix
    return adrg + splits[-1]


def name(drg: str) -> str:
    """Chinese name of a DRG."""
    return _splits()[drg[:3]][1] + SUFFIX_TEXT.get(drg[3:], "")


def weights(drgs: list[str], fees: npt.NDArray[np.float64]) -> dict[str, float]:
    """Relative weights from the fees of a sample of stays, shrunk to the ADRG's mean and ordered by severity."""
    mean = float(fees.mean()) if len(fees) else 1.0
    by_adrg: dict[str, list[float]] = {}
    by_drg: dict[str, list[float]] = {}
    for drg, fee in zip(drgs, fees.tolist(), strict=True):
        by_adrg.setdefault(drg[:3], []).append(fee)
        by_drg.setdefault(drg, []).append(fee)
    factor = {"1": 1.45, "3": 1.12, "5": 0.9, "9": 1.0}
    out: dict[str, float] = {}
    for adrg, (splits, _) in _splits().items():
        centre = (sum(by_adrg.get(adrg, [])) + 3 * mean * 0.8) / (len(by_adrg.get(adrg, [])) + 3) / mean
        for suffix in splits:
            own = by_drg.get(adrg + suffix, [])
            prior = centre * factor.get(suffix, 1.0)
            out[adrg + suffix] = round((sum(own) / mean + 15 * prior) / (len(own) + 15), 4)
        if "1" in splits and "5" in splits:
            out[adrg + "1"] = round(max(out[adrg + "1"], out[adrg + "5"] * 1.25), 4)
        if "3" in splits and "5" in splits:
            out[adrg + "3"] = round(max(out[adrg + "3"], out[adrg + "5"] * 1.1), 4)
            if "1" in splits:
                out[adrg + "1"] = round(max(out[adrg + "1"], out[adrg + "3"] * 1.15), 4)
    return out
