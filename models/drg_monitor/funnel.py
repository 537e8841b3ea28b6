"""Control limits that allow for volume: how far a unit lies from what its cases lead to expect, in standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl


@dataclass(frozen=True)
class Watched:
    """A measure with a control limit: ``observed`` and ``expected`` are summed over a unit's cases.

    ``variance`` names the summed variance of a mean; a rate has none: its limit is exact, from the binomial law. ``side``: which
    deviations are worth an alert.
    """

    observed: str
    expected: str
    side: str
    title_zh: str
    variance: str | None = None


WATCHED: Final[dict[str, Watched]] = {
    "cost_index": Watched("fee_fen", "e_fee", "both", "费用消耗指数", "v_fee"),
    "time_index": Watched("los", "e_los", "both", "时间消耗指数", "v_los"),
    "selfpay_share": Watched("selfpay_fen", "e_selfpay_fen", "high", "自费占比", "v_selfpay_fen"),
    "around_share": Watched("around_fen", "e_around", "high", "住院前后门诊购药占比", "v_around"),
    "readmission_rate": Watched("readmitted", "e_readmitted", "high", "31天再入院率"),
    "transfer_rate": Watched("transferred", "e_transferred", "high", "转院率"),
    "mortality": Watched("died", "e_died", "high", "住院死亡率"),
    "severe_share": Watched("severe", "e_severe", "high", "并发症合并症病例占比"),
    "high_outlier_share": Watched("high", "e_high", "high", "高倍率病例占比"),
    "low_outlier_share": Watched("low", "e_low", "high", "低倍率病例占比"),
    "ungrouped_share": Watched("ungrouped", "e_ungrouped", "high", "未入组率"),
}


def with_limits(table: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Adds ``<measure>_z`` for every watched measure, within each group of ``by`` corrected for overdispersion.

    Needs ``cases`` and the sums ``s_<name>``. A mean's z is its deviation in standard errors; a rate's is the normal quantile of the exact
    binomial tail (mid-p), so that three events among eleven cases are not taken for nine standard errors. Between-unit spread beyond
    chance (hospitals differ in ways no grouping captures) widens the limits: z is divided by the root of the winsorised mean of z²
    over units where that exceeds 1 (Spiegelhalter's multiplicative correction; 10 % each side).
    """
    frame = table
    for measure, watched in WATCHED.items():
        observed, expected = pl.col(f"s_{watched.observed}"), pl.col(f"s_{watched.expected}")
        if watched.variance is None:
            frame = frame.with_columns(_z=exact_z(frame[f"s_{watched.observed}"], frame["cases"], frame[f"s_{watched.expected}"]))
        else:
            variance = pl.col(f"s_{watched.variance}")
            frame = frame.with_columns(_z=(observed - expected) / pl.when(variance > 0).then(variance.sqrt()))
        # a unit of a single group expects exactly what it is itself; its z says nothing and is 0
        frame = frame.with_columns(pl.col("_z").fill_null(0.0).fill_nan(0.0))
        low, high = pl.col("_z").quantile(0.1).over(by), pl.col("_z").quantile(0.9).over(by)
        phi = (pl.col("_z").clip(low, high) ** 2).mean().over(by)
        frame = frame.with_columns((pl.col("_z") / pl.max_horizontal(phi, pl.lit(1.0)).sqrt()).round(3).alias(f"{measure}_z"))
    return frame.drop("_z")


def exact_z(events: pl.Series, cases: pl.Series, expected: pl.Series) -> pl.Series:
    """Standard errors that a count of ``events`` lies above (below: negative) what is expected of as many ``cases``: quantile of the mid-p tail."""
    from scipy import stats  # noqa: PLC0415 - scipy is slow to load

    k, n, mean = (series.cast(pl.Float64).fill_null(0.0).to_numpy() for series in (events, cases, expected))
    rate = np.clip(np.divide(mean, n, out=np.zeros_like(mean), where=n > 0), 0.0, 1.0)
    upper = stats.binom.sf(k, n, rate) + 0.5 * stats.binom.pmf(k, n, rate)
    return pl.Series(np.clip(stats.norm.isf(np.clip(upper, 1e-300, 1 - 1e-16)), -8.0, 37.0))
