"""Is today's delivery still what the model was fitted on? Population stability of every feature and of the score, missing tables, volume.

    PSI = Σ (share now − share then) × ln(share now / share then)    over the bins of the reference's own quantiles

Two samples of one law differ by chance, small cities the more: with n and m institutions PSI × nm / (n + m) follows about a χ² law with
one degree less than there are bins (Yurdakul and Naranjo 2020). A shift therefore counts only beyond ``psi_max`` *and* beyond chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2

from features.parameters import Params

Floats: TypeAlias = npt.NDArray[np.float64]
SCORE: Final = "score"


@dataclass(frozen=True, slots=True)
class Shift:
    """One feature (or the score) against the reference: its PSI, the limit chance and the city file allow, and whether it is beyond."""

    name: str
    psi: float
    limit: float
    shifted: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """All shifts, largest first, and the warnings in Chinese that somebody must read before trusting the list."""

    shifts: tuple[Shift, ...]
    warnings: tuple[str, ...]

    @property
    def score_psi(self) -> float | None:
        """The score's own PSI; None when it was not compared."""
        return next((shift.psi for shift in self.shifts if shift.name == SCORE), None)


def reference_of(X: pd.DataFrame, scores: Floats, monthly_rows: Mapping[str, Mapping[str, int]], p: Params) -> dict[str, Any]:  # noqa: N803
    """What later deliveries are held against; plain values, to be stored beside the model.

    Args:
        X: standardised features, one column each (missing allowed).
        scores: the model's scores of the same rows.
        monthly_rows: table → month → rows of the lake.
        p: parameters of unit ``drift``.
    """
    columns = {name: X[name].to_numpy(dtype=float) for name in X.columns} | {SCORE: np.asarray(scores, dtype=float)}
    return {
        "columns": {name: _histogram(values, _edges(values, int(p["bins"]))) for name, values in columns.items()},
        "usual_rows": {table: usual_rows(months) for table, months in monthly_rows.items()},
    }


def drift(
    reference: Mapping[str, Any],
    X: pd.DataFrame,  # noqa: N803 - scikit-learn's name
    scores: Floats,
    monthly_rows: Mapping[str, Mapping[str, int]],
    titles: Mapping[str, str],
    p: Params,
) -> Drift:
    """Today's features, scores and volumes against ``reference_of``'s; arguments as there, ``titles`` gives the features' Chinese names."""
    columns = {name: X[name].to_numpy(dtype=float) for name in X.columns} | {SCORE: np.asarray(scores, dtype=float)}
    shifts = [_shift(name, then, columns[name], p) for name, then in reference["columns"].items() if name in columns]
    ordered = sorted(shifts, key=lambda shift: (-shift.psi, shift.name))
    shifted = [shift for shift in ordered if shift.shifted and shift.name != SCORE]
    warnings = missing_tables(reference["usual_rows"], monthly_rows) + volume(reference["usual_rows"], monthly_rows, p)
    compared = max(len(ordered) - 1, 1)
    if len(shifted) > p["shifted_share_max"] * compared:
        worst = "、".join(f"{titles.get(shift.name, shift.name)}（PSI {shift.psi:.2f}）" for shift in shifted[:3])
        warnings.append(f"{compared}项指标中有{len(shifted)}项分布较建模时明显变化，变化最大的为{worst}；请先核对数据口径再使用排名。")
    score = next((shift for shift in ordered if shift.name == SCORE), None)
    if score is not None and score.shifted:
        warnings.append(f"异常分分布较建模时明显变化（PSI {score.psi:.2f}，界限{score.limit:.2f}）；建议重新训练模型。")
    return Drift(tuple(ordered), tuple(warnings))


def usual_rows(months: Mapping[str, int]) -> float:
    """Rows of a usual month: the median over the months that have any."""
    return float(np.median(list(months.values()))) if months else 0.0


def missing_tables(usual: Mapping[str, float], monthly_rows: Mapping[str, Mapping[str, int]]) -> list[str]:
    """One warning for each table the model knew and this delivery lacks."""
    return [
        f"数据表{table}在建模时有数据，本次没有；依赖该表的规则和指标不可用。"
        for table in sorted(usual)
        if usual[table] > 0 and not monthly_rows.get(table)
    ]


def volume(usual: Mapping[str, float], monthly_rows: Mapping[str, Mapping[str, int]], p: Params) -> list[str]:
    """One warning for each table whose usual month now holds far fewer or far more rows than then."""
    found = []
    for table, then in sorted(usual.items()):
        now = usual_rows(monthly_rows.get(table, {}))
        if then < p["rows_min"] or now == 0:
            continue
        if not p["volume_ratio_min"] <= now / then <= 1 / p["volume_ratio_min"]:
            found.append(f"数据表{table}每月通常{now:,.0f}行，建模时为{then:,.0f}行（{now / then:.0%}）；数据可能不全或重复。")
    return found


def thin_months(monthly_rows: Mapping[str, Mapping[str, int]], tables: Sequence[str], p: Params) -> list[str]:
    """One warning a table and month within the delivery that holds far fewer rows than its months usually do, the first and last month apart.

    Needs no reference: it is asked of the first delivery too. A month between others without any row counts as empty.
    """
    found = []
    for table in tables:
        months = monthly_rows.get(table, {})
        usual = usual_rows(months)
        if usual < p["rows_min"]:
            continue
        for month in _between(sorted(months)):
            rows = months.get(month, 0)
            if rows < p["volume_ratio_min"] * usual:
                found.append(f"数据表{table}在{month}只有{rows:,}行，通常每月{usual:,.0f}行；该月数据可能不全。")
    return found


def _between(months: Sequence[str]) -> list[str]:
    """The months strictly between the first and the last, those without rows too."""
    if len(months) < 3:
        return []
    first, last = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (months[0], months[-1]))
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(first + 1, last)]


def _edges(values: Floats, bins: int) -> list[float]:
    """Inner edges at the quantiles, each once."""
    known = values[np.isfinite(values)]
    if not len(known):
        return []
    return sorted({round(float(edge), 9) for edge in np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])})


def _histogram(values: Floats, edges: Sequence[float]) -> dict[str, Any]:
    """Counts between the edges; a value counts to the bin above an edge it equals; those missing have a bin of their own, the last."""
    known = values[np.isfinite(values)]
    counts = np.bincount(np.searchsorted(np.array(edges), known, side="right"), minlength=len(edges) + 1)
    return {"edges": list(edges), "counts": [*counts.tolist(), int(len(values) - len(known))]}


def psi(then: Floats, now: Floats) -> float:
    """Population stability index of two arrays of counts over the same bins; half a count is added to each bin so that none is empty."""
    a, b = (then + 0.5) / (then.sum() + 0.5 * len(then)), (now + 0.5) / (now.sum() + 0.5 * len(now))
    return float(((b - a) * np.log(b / a)).sum())


def _shift(name: str, then: Mapping[str, Any], values: Floats, p: Params) -> Shift:
    before = np.array(then["counts"], dtype=float)
    after = np.array(_histogram(values, then["edges"])["counts"], dtype=float)
    used = (before + after) > 0
    before, after = before[used], after[used]
    n, m = float(before.sum()), float(after.sum())
    if len(before) < 2 or n == 0 or m == 0:
        return Shift(name, 0.0, float(p["psi_max"]), shifted=False)
    chance = float(chi2.ppf(1 - p["chance_max"], len(before) - 1)) * (n + m) / (n * m)
    limit = max(float(p["psi_max"]), chance)
    measured = psi(before, after)
    return Shift(name, round(measured, 4), round(limit, 4), shifted=measured > limit)
