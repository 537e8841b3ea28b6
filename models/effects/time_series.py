"""Interrupted time series for a change that met everybody at once: level and slope before and after, HAC standard errors."""

from __future__ import annotations

import numpy as np
import polars as pl
import statsmodels.api as sm
from scipy import stats

from models.effects.staggered import Effect

_SEASONAL_MONTHS = 24


def series_placebo(series: pl.DataFrame, start: int, months_early: int = 3) -> Effect | None:
    """The same estimate for a start ``months_early`` too early, from the months before the real one: it ought to be null. None when too short."""
    try:
        return interrupted_series(series.filter(pl.col("time") < start), start - months_early)
    except ValueError:
        return None


def interrupted_series(series: pl.DataFrame, start: int, confidence: float = 0.95) -> Effect:
    """The mean difference after ``start`` between what was and what the trend before would have led to.

    ``series``: time (month number), value; one row a month. The model has level and slope before, a change of both at the start, and a
    yearly wave when there are ``24`` months or more. Residual correlation is met twice: the wider of the HAC (Newey–West, statsmodels)
    error and the error inflated by the residuals' first autocorrelation is used, since HAC alone is too narrow in short series.
    Raises ValueError with fewer than 6 months before or 3 after.
    """
    rows = series.select("time", "value").drop_nulls().sort("time")
    time, value = rows["time"].to_numpy().astype(float), rows["value"].to_numpy().astype(float)
    before, after = int((time < start).sum()), int((time >= start).sum())
    if before < 6 or after < 3:
        raise ValueError(f"An interrupted series takes at least 6 months before and 3 after the start; there are {before} and {after}.")
    post = (time >= start).astype(float)
    since = np.where(time >= start, time - start, 0.0)
    columns = [np.ones_like(time), time - start, post, since]
    if len(time) >= _SEASONAL_MONTHS:
        columns += [np.sin(2 * np.pi * time / 12), np.cos(2 * np.pi * time / 12)]
    design = np.column_stack(columns)
    lags = max(1, int(np.ceil(4 * (len(time) / 100) ** (2 / 9))))
    model = sm.OLS(value, design)
    fit = model.fit()
    robust = model.fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    contrast = np.zeros(design.shape[1])
    contrast[2], contrast[3] = 1.0, float(since[post == 1].mean())
    estimate = float(contrast @ fit.params)
    freedom = int(fit.df_resid)
    residual = np.asarray(fit.resid)
    # the first autocorrelation of residuals is biased downwards by the fitted trend, about (1 + 3ρ)/n a parameter pair
    rho = float((residual[1:] * residual[:-1]).sum() / (residual**2).sum()) + design.shape[1] / len(time)
    rho = float(np.clip(rho, 0.0, 0.9))
    plain = float(np.sqrt(contrast @ fit.cov_params() @ contrast)) * float(np.sqrt((1 + rho) / (1 - rho)))
    hac = float(np.sqrt(contrast @ robust.cov_params() @ contrast))
    error = max(plain, hac)
    quantile = float(stats.t.ppf(0.5 + confidence / 2, freedom))
    counter = design.copy()
    counter[:, 2:4] = 0.0
    gap = value - counter @ fit.params
    event = pl.DataFrame({"event_time": (time - start).astype(int), "effect": gap, "expected": counter @ fit.params, "value": value})
    said = ["没有对照机构：同时发生的其他变化（价格、疫情、目录调整）会被一并算作效果。"]
    if before < 12:
        said.append(f"实施前仅{before}个月，趋势和季节性不可靠。")
    if after < 6:
        said.append(f"实施后仅{after}个月，看不出长期效果。")
    return Effect(
        estimate=estimate,
        standard_error=error,
        low=estimate - quantile * error,
        high=estimate + quantile * error,
        p_value=float(2 * stats.t.sf(abs(estimate) / error, freedom)) if error > 0 else float("nan"),
        n_units=1,
        n_treated=1,
        baseline=float(value[time < start].mean()),
        pretrend_p=float("nan"),
        event=event,
        warnings=tuple(said),
    )
