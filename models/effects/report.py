"""The estimate of one change as it is handed on: method, interval, placebo, event study, yuan, warnings, or why there is none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from models.effects.panel import Measure
from models.effects.savings import Savings, savings
from models.effects.staggered import Effect, placebo, staggered_did

NO_COMPARISON: Final = "没有可比较的机构：需要期内开始实施且实施前有数据的机构，并有至少两家同期尚未实施的机构。"
NO_DATA: Final = "数据中没有该指标。"
TOO_SHORT: Final = "时间序列过短：全市同时实施时，实施前至少需要6个月、实施后至少3个月的数据。"


@dataclass(frozen=True)
class EffectReport:
    """``method``: staggered (other units to compare with), series (the change met all at once) or none, with the reason in ``refused``."""

    name: str
    measure: Measure
    change_zh: str
    method: str
    effect: Effect | None = None
    check: Effect | None = None
    claim: Savings | None = None
    refused: str | None = None

    def plain(self) -> dict[str, Any]:
        """The report as JSON-able content (docs/drg.md names the fields)."""
        return {
            "measure": self.name,
            "title_zh": self.measure.title_zh,
            "unit_zh": self.measure.unit_zh,
            "change_zh": self.change_zh,
            "method": self.method,
            "refused": self.refused,
            "estimate": _plain(self.effect),
            "placebo": _plain(self.check),
            "savings": asdict(self.claim) if self.claim else None,
            "event_study": self.effect.event.to_dicts() if self.effect else [],
        }


def estimate(panel: pl.DataFrame, name: str, measure: Measure, change_zh: str) -> EffectReport:
    """The effect of a change on a measure from its panel (models.effects.panel.PANEL).

    Units are compared with units not yet treated where there are any; where all start together the city's own past is the only
    comparison (an interrupted series). Where neither can be had, the report says why.
    """
    if panel.is_empty():
        return EffectReport(name, measure, change_zh, "none", refused=NO_DATA)
    try:
        effect = staggered_did(panel, weighted=measure.by_cases)
    except ValueError:
        starts = panel["start"].unique()
        if len(starts) == 1 and starts[0] is not None:
            return series_estimate(panel, int(starts[0]), name, measure, change_zh)
        return EffectReport(name, measure, change_zh, "none", refused=NO_COMPARISON)
    try:
        check = placebo(panel, weighted=measure.by_cases)
    except ValueError:
        check = None
    first = int(panel.select(pl.col("time").min()).item())
    treated = panel.filter((pl.col("time") >= pl.col("start")) & (pl.col("start") > first))
    return EffectReport(name, measure, change_zh, "staggered", effect, check, _claim(effect, check, treated, measure))


def series_estimate(panel: pl.DataFrame, start: int, name: str, measure: Measure, change_zh: str) -> EffectReport:
    """The effect of a change that met every unit in month ``start``, against the units' own common past."""
    from models.effects.time_series import interrupted_series, series_placebo  # noqa: PLC0415 - statsmodels loads slowly

    value = (pl.col("value") * pl.col("cases")).sum() / pl.col("cases").sum() if measure.by_cases else pl.col("value").sum()
    series = panel.group_by("time").agg(value=value).sort("time")
    try:
        effect = interrupted_series(series, start)
    except ValueError:
        return EffectReport(name, measure, change_zh, "none", refused=TOO_SHORT)
    treated = panel.filter(pl.col("time") >= start)
    check = series_placebo(series, start)
    return EffectReport(name, measure, change_zh, "series", effect, check, _claim(effect, check, treated, measure))


def _claim(effect: Effect, check: Effect | None, treated: pl.DataFrame, measure: Measure) -> Savings | None:
    if measure.yuan is None or treated.is_empty():
        return None
    a_year = 12 * float(treated.group_by("unit").agg(pl.col("cases").mean())["cases"].sum())
    return savings(effect, int(treated["cases"].sum()), measure, a_year, check)


def _plain(effect: Effect | None) -> dict[str, Any] | None:
    if effect is None:
        return None
    return {
        "effect": effect.estimate,
        "standard_error": effect.standard_error,
        "low": effect.low,
        "high": effect.high,
        "p_value": effect.p_value,
        "baseline": effect.baseline,
        "relative": effect.relative,
        "units": effect.n_units,
        "treated": effect.n_treated,
        "pretrend_p": effect.pretrend_p,
        "warnings": list(effect.warnings),
    }
