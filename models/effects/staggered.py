"""Staggered difference-in-differences after Callaway and Sant'Anna (2021): effects by start cohort and month, then averaged.

Each cohort is compared with units not yet (or never) treated, never with units treated earlier, so that effects that grow or differ
between cohorts do not bias the average. A unit's base is the mean of all its months before its start. Standard errors come from
the units' influence functions (clustered by unit, so serial correlation is allowed for), with a small-sample correction.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """An estimate with its interval; ``event`` is the event study, ``warnings`` what the data cannot carry (Chinese)."""

    estimate: float
    standard_error: float
    low: float
    high: float
    p_value: float
    n_units: int
    n_treated: int
    baseline: float
    pretrend_p: float
    event: pl.DataFrame = field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def relative(self) -> float:
        """The effect as a share of the treated units' mean before the start."""
        return self.estimate / self.baseline if self.baseline else float("nan")


@dataclass(frozen=True)
class _Cell:
    event_time: int
    effect: float
    influence: Array
    treated: int
    weight: float


def staggered_did(panel: pl.DataFrame, confidence: float = 0.95, leads: int = 12, lags: int = 24, *, weighted: bool = False) -> Effect:
    """The average effect on treated units after their start, over a panel (models.effects.panel.PANEL).

    ``weighted``: units count by their mean monthly cases, so that the effect is that of the average case, not of the average hospital.

    Raises ValueError when no cohort has both a month before its start and a comparison.
    """
    _units, times, values, starts = _matrix(panel)
    early = (starts <= times[0]).astype(bool)
    usable = ~early
    values, starts = values[usable], starts[usable]
    size = _sizes(panel)[usable] if weighted else np.ones(len(starts))
    n = len(starts)
    cells = _cells(times, values, starts, size, leads, lags)
    post = [cell for cell in cells if cell.event_time >= 0]
    if not post:
        raise ValueError(
            "No effect can be estimated: it takes units with a start inside the period, months before it, and others not yet treated to compare with."
        )
    weights = np.array([cell.weight for cell in post])
    estimate, influence = _average(post, weights)
    freedom = max(_freedom(starts), 1)
    error = _error(influence)
    quantile = float(stats.t.ppf(0.5 + confidence / 2, freedom))
    event = _event_study(cells, quantile)
    pretrend = _pretrend(cells, n)
    before = [values[i, times < starts[i]] for i in range(n) if np.isfinite(starts[i])]
    baseline = float(np.nanmean(np.concatenate(before))) if before else float("nan")
    treated = int(np.isfinite(starts).sum())
    return Effect(
        estimate=estimate,
        standard_error=error,
        low=estimate - quantile * error,
        high=estimate + quantile * error,
        p_value=float(2 * stats.t.sf(abs(estimate) / error, freedom)) if error > 0 else float("nan"),
        n_units=n,
        n_treated=treated,
        baseline=baseline,
        pretrend_p=pretrend,
        event=event,
        warnings=_warnings(times, starts, int(early.sum()), pretrend, post),
    )


def placebo(panel: pl.DataFrame, months_early: int = 3, confidence: float = 0.95, *, weighted: bool = False) -> Effect:
    """The same estimate with every start moved ``months_early`` forward and all treated months left out: it ought to be null."""
    before = panel.filter(pl.col("start").is_null() | (pl.col("time") < pl.col("start")))
    return staggered_did(before.with_columns(start=pl.col("start") - months_early), confidence, weighted=weighted)


def _matrix(panel: pl.DataFrame) -> tuple[list[str], Array, Array, Array]:
    units = panel["unit"].unique().sort().to_list()
    first, last = int(panel.select(pl.col("time").min()).item()), int(panel.select(pl.col("time").max()).item())
    times: Array = np.arange(first, last + 1).astype(np.float64)
    place = {unit: row for row, unit in enumerate(units)}
    values: Array = np.full((len(units), len(times)), np.nan, dtype=np.float64)
    starts: Array = np.full(len(units), np.inf, dtype=np.float64)
    for unit, time, start, value in panel.select("unit", "time", "start", "value").iter_rows():
        values[place[unit], int(time - times[0])] = value
        # a start after the last month is no start within the data
        if start is not None and start <= times[-1]:
            starts[place[unit]] = start
    return units, times, values, starts


def _sizes(panel: pl.DataFrame) -> Array:
    """Mean monthly cases of each unit, in the order of ``_matrix``."""
    return panel.group_by("unit").agg(pl.col("cases").mean()).sort("unit")["cases"].cast(pl.Float64).to_numpy()


def _cells(times: Array, values: Array, starts: Array, size: Array, leads: int, lags: int) -> list[_Cell]:
    cells: list[_Cell] = []
    for cohort in np.unique(starts[np.isfinite(starts)]):
        pre = times < cohort
        if not pre.any():
            continue
        for place, time in enumerate(times):
            event_time = int(time - cohort)
            if not -leads <= event_time <= lags:
                continue
            base_months = pre.copy()
            if event_time < 0:
                # a month is not its own base
                base_months[place] = False
            base = _row_mean(values[:, base_months])
            change = values[:, place] - base
            treated = (starts == cohort) & np.isfinite(change)
            # not yet treated in this month, nor (for leads) by the cohort's last base month
            control = (starts > max(time, cohort - 1)) & (starts != cohort) & np.isfinite(change)
            k, m = int(treated.sum()), int(control.sum())
            if k == 0 or m < 2:
                continue
            gap_treated, spread_treated = _mean_and_influence(change, treated, size)
            gap_control, spread_control = _mean_and_influence(change, control, size)
            influence = spread_treated - spread_control
            if k == 1:
                # a cohort of one shows no spread of its own; it is given that of the comparison
                influence[treated] = change[control].std(ddof=1)
            cells.append(_Cell(event_time, gap_treated - gap_control, influence, k, float(size[treated].sum())))
    return cells


def _mean_and_influence(change: Array, chosen: npt.NDArray[np.bool_], size: Array) -> tuple[float, Array]:
    """The chosen units' mean change by size, and how far each unit pulls it, with the small-sample factor of its effective number."""
    share = size[chosen] / size[chosen].sum()
    mean = float(share @ change[chosen])
    influence = np.zeros(len(change))
    alone = 1.0 - float((share**2).sum())
    if alone > 0:
        influence[chosen] = share * (change[chosen] - mean) / np.sqrt(alone)
    return mean, influence


def _row_mean(block: Array) -> Array:
    known = np.isfinite(block)
    total = np.where(known, block, 0.0).sum(axis=1)
    count = known.sum(axis=1)
    mean: Array = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    return mean


def _average(cells: list[_Cell], weights: Array) -> tuple[float, Array]:
    share = weights / weights.sum()
    estimate = float(sum(part * cell.effect for part, cell in zip(share, cells, strict=True)))
    influence = np.sum([part * cell.influence for part, cell in zip(share, cells, strict=True)], axis=0)
    return estimate, influence


def _error(influence: Array) -> float:
    return float(np.sqrt((influence**2).sum()))


def _freedom(starts: Array) -> int:
    cohorts = len(np.unique(starts))
    return int(len(starts) - cohorts)


def _event_study(cells: list[_Cell], quantile: float) -> pl.DataFrame:
    rows = []
    for event_time in sorted({cell.event_time for cell in cells}):
        group = [cell for cell in cells if cell.event_time == event_time]
        effect, influence = _average(group, np.array([cell.weight for cell in group]))
        error = _error(influence)
        rows.append((event_time, effect, error, effect - quantile * error, effect + quantile * error, sum(cell.treated for cell in group)))
    return pl.DataFrame(rows, schema=["event_time", "effect", "standard_error", "low", "high", "treated"], orient="row")


def _pretrend(cells: list[_Cell], n: int) -> float:
    """p of no difference in trend before the start: the slope of the leads over event time, tested by its influence function."""
    before = sorted({cell.event_time for cell in cells if cell.event_time < 0})
    if len(before) < 2:
        return float("nan")
    position = np.array(before, dtype=float)
    position -= position.mean()
    slope, influence = 0.0, np.zeros(n)
    for event_time, weight in zip(before, position / (position**2).sum(), strict=True):
        group = [cell for cell in cells if cell.event_time == event_time]
        effect, part = _average(group, np.array([cell.weight for cell in group]))
        slope += weight * effect
        influence += weight * part
    error = _error(influence)
    return float(2 * stats.t.sf(abs(slope) / error, max(n - 2, 1))) if error > 0 else float("nan")


def _warnings(times: Array, starts: Array, dropped: int, pretrend: float, post: list[_Cell]) -> tuple[str, ...]:
    said: list[str] = []
    treated = starts[np.isfinite(starts)]
    never = int((~np.isfinite(starts)).sum())
    if dropped:
        said.append(f"{dropped}家机构在数据起始时已实施，没有实施前月份，未参与估计。")
    if len(treated) < 5:
        said.append(f"仅{len(treated)}家机构在期内实施，区间只能作参考。")
    if never < 5:
        said.append(f"始终未实施的对照机构仅{never}家，后期估计依赖少数机构。")
    if len(treated) and (treated.min() - times[0]) < 6:
        said.append(f"最早一批机构实施前仅有{int(treated.min() - times[0])}个月数据，不足以检验平行趋势。")
    if np.isfinite(pretrend) and pretrend < 0.05:
        said.append("实施前两组走势已不平行（检验显著），估计值不能视为改革效果。")
    if max(cell.event_time for cell in post) < 5:
        said.append("实施后可比较的月份不足六个月，看不出长期效果。")
    return tuple(said)
