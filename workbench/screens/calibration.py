"""Calibration: of the institutions that were inspected, how many were found guilty where the list said so and so many per cent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from workbench.cases.models import Outcome, Review, Verdict
from workbench.results.models import Suspect

BINS = 5
#: institutions with a verdict below which the picture says little
ENOUGH = 20
UPHELD = (Outcome.CONFIRMED, Outcome.PARTLY)


@dataclass(frozen=True, slots=True)
class Inspected:
    """One institution with reviewed verdicts: what the list said at the first of them, and whether anything was found true."""

    probability: float
    guilty: bool


def inspected() -> list[Inspected]:
    """Institutions with a reviewed verdict, on the whole or on a finding. Guilty with anything upheld, as the models' memory counts it.

    The probability is that of the run the first verdict was given on: what was said before anybody looked.
    """
    rows = Verdict.objects.filter(review=Review.AGREED, outcome__in=[*UPHELD, Outcome.DISMISSED], run__isnull=False)
    guilty: dict[str, bool] = {}
    first: dict[str, Any] = {}
    for code, outcome, run, started in rows.order_by("run__started").values_list("fixmedins_code", "outcome", "run_id", "run__started"):
        guilty[code] = guilty.get(code, False) or outcome in UPHELD
        first.setdefault(code, (run, started))
    said = {
        (run, code): probability
        for run, code, probability in Suspect.objects.filter(run__in={run for run, _started in first.values()}, fixmedins_code__in=first).values_list(
            "run_id", "fixmedins_code", "probability"
        )
        if probability is not None
    }
    return [Inspected(said[run, code], guilty[code]) for code, (run, _started) in first.items() if (run, code) in said]


def calibration(found: list[Inspected]) -> dict[str, Any]:
    """Table and figures: per fifth of the stated probability the number inspected, the mean stated, the share found guilty with its 95 %
    interval (Wilson); and the Brier score. Empty without any verdict."""
    if not found:
        return {}
    rows = []
    for place in range(BINS):
        low, high = place / BINS, (place + 1) / BINS
        mine = [one for one in found if low <= one.probability < high or (high == 1 and one.probability == 1)]
        if not mine:
            continue
        share = sum(one.guilty for one in mine) / len(mine)
        bottom, top = wilson(share, len(mine))
        stated = sum(one.probability for one in mine) / len(mine)
        rows.append({"low": low, "high": high, "n": len(mine), "stated": stated, "share": share, "bottom": bottom, "top": top})
    brier = sum((one.probability - one.guilty) ** 2 for one in found) / len(found)
    return {"rows": rows, "n": len(found), "guilty": sum(one.guilty for one in found), "brier": brier, "enough": len(found) >= ENOUGH}


def wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share after Wilson (1927)."""
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)
