"""The best list for a given inspection capacity, and who inspects whom when nobody judges neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp

from features.parameters import Params


class PlanError(ValueError):
    """A capacity or a county limit under which no plan exists."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The chosen institutions with what each is expected to bring, and the totals in yuan."""

    chosen: pl.DataFrame
    expected_yuan: float
    cost_yuan: float


def inspection_plan(suspects: pl.DataFrame, inspections: int, p: Params, per_county: int | None = None) -> Plan:
    """Chooses at most ``inspections`` institutions so that expected recovery less the visits' cost is greatest.

    Args:
        suspects: suspects.csv (``fixmedins_code admdvs probability expected_recovery`` and what is to be shown).
        inspections: how many institutions can be visited.
        p: parameters of unit ``plan``.
        per_county: at most so many in one county.

    Returns:
        The plan; ``chosen`` adds ``net_yuan`` (expected recovery less cost), ``cost_of_leaving_out`` (what the best plan without the
        institution would bring less, yuan) and ``inspecting_county`` (another county's team, loads balanced; null with one county only).

    Raises PlanError when ``inspections`` or ``per_county`` is not positive.
    """
    if inspections < 1 or (per_county is not None and per_county < 1):
        raise PlanError("A plan needs at least one inspection, and at least one a county; give --inspections 20, for example.")
    candidates = suspects.filter((pl.col("probability") >= p["probability_min"]) & (pl.col("expected_recovery") > p["inspection_cost"]))
    if candidates.is_empty():
        return Plan(candidates, 0.0, 0.0)
    value = candidates["expected_recovery"].to_numpy() - float(p["inspection_cost"])
    counties = candidates["admdvs"].fill_null("").to_numpy()
    chosen, best = _choose(value, counties, inspections, per_county)
    leaving = []
    for index in np.flatnonzero(chosen):
        without = value.copy()
        without[index] = 0.0
        leaving.append(best - _choose(without, counties, inspections, per_county)[1])
    frame = candidates.filter(pl.Series(chosen)).with_columns(
        net_yuan=pl.Series(np.round(value[chosen], 2)), cost_of_leaving_out=pl.Series(np.round(leaving, 2))
    )
    frame = frame.sort(["net_yuan", "fixmedins_code"], descending=[True, False])
    teams = sorted(set(suspects["admdvs"].drop_nulls().to_list()))
    frame = frame.with_columns(inspecting_county=pl.Series(_exchange(frame["admdvs"].to_list(), teams), dtype=pl.String))
    return Plan(frame, float(frame["expected_recovery"].sum()), float(p["inspection_cost"]) * frame.height)


def _choose(value: np.ndarray, counties: np.ndarray, inspections: int, per_county: int | None) -> tuple[np.ndarray, float]:
    limits = [LinearConstraint(np.ones((1, len(value))), ub=inspections)]
    if per_county is not None:
        rows = np.array([(counties == county).astype(float) for county in sorted(set(counties))])
        limits.append(LinearConstraint(rows, ub=per_county))
    result = milp(-np.maximum(value, 0.0), integrality=np.ones(len(value)), bounds=Bounds(0, 1), constraints=limits)
    chosen = (result.x > 0.5) & (value > 0)
    return chosen, float(value[chosen].sum())


def _exchange(counties: list[str | None], teams: list[str]) -> list[str | None]:
    """A team of another county for each institution, the least loaded first; None where there is only one county."""
    load = dict.fromkeys(teams, 0)
    assigned: list[str | None] = []
    for county in counties:
        others = [team for team in teams if team != county]
        if not others:
            assigned.append(None)
            continue
        team = min(others, key=lambda name: (load[name], name))
        load[team] += 1
        assigned.append(team)
    return assigned
