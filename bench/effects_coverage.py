"""Does the 95 % interval cover the truth? Simulated panels and series with a known effect, 200 runs each.

python bench/effects_coverage.py [RUNS]
"""

from __future__ import annotations

import sys

import numpy as np
import polars as pl

from models.effects.staggered import staggered_did
from models.effects.time_series import interrupted_series


def staggered_panel(rng: np.random.Generator, effect: float, units: int = 30, months: int = 24, rho: float = 0.5) -> pl.DataFrame:
    """Hospitals of different levels and a common seasonal path; two thirds start at three dates; AR(1) noise; effects spread over units."""
    start = rng.permutation(np.array([10, 13, 16] * (units * 2 // 9) + [-1] * (units - 3 * (units * 2 // 9))))
    level = rng.normal(10_000, 2_000, units)
    path = rng.normal(0, 200, months).cumsum()
    own = rng.normal(effect, abs(effect) * 0.2, units)
    rows = []
    for unit in range(units):
        noise = np.zeros(months)
        noise[0] = rng.normal(0, 500)
        for month in range(1, months):
            noise[month] = rho * noise[month - 1] + rng.normal(0, 500 * np.sqrt(1 - rho**2))
        for month in range(months):
            treated = start[unit] >= 0 and month >= start[unit]
            value = level[unit] + path[month] + noise[month] + (own[unit] if treated else 0.0)
            rows.append((f"H{unit:03d}", month, int(start[unit]) if start[unit] >= 0 else None, value, 40))
    return pl.DataFrame(rows, schema={"unit": pl.String, "time": pl.Int64, "start": pl.Int64, "value": pl.Float64, "cases": pl.Int64}, orient="row")


def uneven_panel(rng: np.random.Generator, effect: float, units: int = 30, months: int = 24) -> pl.DataFrame:
    """What a city is like: hospitals of 10 to some hundred cases a month with skewed fees, months without cases, a third never treated.

    A hospital's month is the mean of its cases' log-normal fees; the effect is the same share of every hospital's level, ``effect`` yuan
    on the average case.
    """
    start = rng.permutation(np.array([10, 13, 16] * (units * 2 // 9) + [-1] * (units - 3 * (units * 2 // 9))))
    size = np.exp(rng.normal(3.3, 0.9, units)).clip(3, 400)
    level = rng.lognormal(0, 0.25, units)
    treated_level = float((level * size)[start >= 0].sum() / size[start >= 0].sum())
    base = 9_000 / treated_level
    season = 1 + 0.03 * np.sin(2 * np.pi * np.arange(months) / 12)
    drift = np.exp(rng.normal(0, 0.03, (units, months)))
    rows = []
    for unit in range(units):
        for month in range(months):
            cases = int(rng.poisson(size[unit]))
            if cases == 0:
                continue
            treated = start[unit] >= 0 and month >= start[unit]
            factor = level[unit] * season[month] * drift[unit, month]
            fees = base * factor * rng.lognormal(-0.32, 0.8, cases) + (effect * level[unit] / treated_level if treated else 0.0)
            rows.append((f"H{unit:03d}", month, int(start[unit]) if start[unit] >= 0 else None, float(fees.mean()), cases))
    return pl.DataFrame(rows, schema={"unit": pl.String, "time": pl.Int64, "start": pl.Int64, "value": pl.Float64, "cases": pl.Int64}, orient="row")


def one_series(rng: np.random.Generator, effect: float, months: int = 36, rho: float = 0.3) -> pl.DataFrame:
    """One city's monthly mean with trend, season and AR(1) noise; the level changes in month 20."""
    noise = np.zeros(months)
    for month in range(1, months):
        noise[month] = rho * noise[month - 1] + rng.normal(0, 150)
    time = np.arange(months)
    value = 9_000 + 20 * time + 120 * np.sin(2 * np.pi * time / 12) + noise + np.where(time >= 20, effect, 0.0)
    return pl.DataFrame({"time": time, "value": value})


def coverage(design: str, effect: float, runs: int, seed: int = 1) -> tuple[float, float, float, float]:
    """Share of intervals that cover the truth, mean estimate, mean half-width, share that exclude nought."""
    covered, estimates, widths, found = 0, [], [], 0
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        if design == "staggered":
            result = staggered_did(staggered_panel(rng, effect))
        elif design == "uneven":
            result = staggered_did(uneven_panel(rng, effect), weighted=True)
        else:
            result = interrupted_series(one_series(rng, effect), 20)
        covered += result.low <= effect <= result.high
        found += not result.low <= 0 <= result.high
        estimates.append(result.estimate)
        widths.append((result.high - result.low) / 2)
    return covered / runs, float(np.mean(estimates)), float(np.mean(widths)), found / runs


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print("design      effect  coverage  mean estimate  half-width  excludes 0")
    for design in ("staggered", "uneven", "series"):
        for effect in (0.0, -200.0, -500.0, -1200.0):
            share, mean, width, found = coverage(design, effect, runs)
            print(f"{design:10} {effect:7.0f} {share:9.1%} {mean:14.1f} {width:11.1f} {found:11.1%}")


if __name__ == "__main__":
    main()
