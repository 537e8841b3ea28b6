"""Alerts: what lies beyond its control limit, what changed, and which cases drive it."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.drg_monitor.expected import with_expectations
from models.drg_monitor.funnel import WATCHED
from models.drg_monitor.monitor_table import LEVELS, WHOLE_PERIOD

ALERTS: Final[dict[str, pl.DataType]] = {
    "level": pl.String(),
    "month": pl.String(),
    "fixmedins_code": pl.String(),
    "dept": pl.String(),
    "physician": pl.String(),
    "drg_code": pl.String(),
    "measure": pl.String(),
    "measure_zh": pl.String(),
    "value": pl.Float64(),
    "z": pl.Float64(),
    "grade": pl.String(),
    "cases": pl.Int64(),
    "previous": pl.Float64(),
    "sentence": pl.String(),
    "driving_cases": pl.List(pl.String()),
}
_WATCHED_LEVELS: Final = ("hospital", "department", "physician", "drg")
_DRIVERS: Final = 20
#: How the sentence names the deviation where there is no number of standard errors to give.
_SAID: Final = {"low_risk_deaths": "低风险病组死亡应逐例核查", "under_service": "费用低于预期而再入院高于预期"}


def alerts(table: pl.DataFrame, cases: pl.DataFrame, p: Params) -> pl.DataFrame:
    """Units of the monitoring table beyond a limit, worst first; columns of ``ALERTS``.

    ``grade`` is ``alarm`` beyond ``alarm_sigma`` and ``warn`` beyond ``warn_sigma``; ``previous`` the mean of the measure in the
    unit's three months before. ``driving_cases`` are the stays that add most to the deviation (at most 20).
    """
    if table.is_empty():
        return pl.DataFrame(schema=ALERTS)
    enough = table.filter(pl.col("level").is_in(_WATCHED_LEVELS) & (pl.col("cases") >= p["alert_cases_min"]))
    keys = ["level", "month", "fixmedins_code", "dept", "physician", "drg_code"]
    parts = []
    for measure, watched in WATCHED.items():
        z = pl.col(f"{measure}_z")
        beyond = z.abs() if watched.side == "both" else z
        parts.append(
            enough.filter(beyond >= p["warn_sigma"]).select(
                *keys,
                pl.lit(measure).alias("measure"),
                pl.lit(watched.title_zh).alias("measure_zh"),
                pl.col(measure).alias("value"),
                z.alias("z"),
                pl.when(beyond >= p["alarm_sigma"]).then(pl.lit("alarm")).otherwise(pl.lit("warn")).alias("grade"),
                "cases",
            )
        )
    parts += _others(table, keys, p)
    found = pl.concat(parts)
    if found.is_empty():
        return pl.DataFrame(schema=ALERTS)
    found = found.join(_previous(table), on=[*keys, "measure"], how="left", nulls_equal=True)
    deviation = filled("{}预期{}个标准误", pl.when(pl.col("z") > 0).then(pl.lit("高于")).otherwise(pl.lit("低于")), pl.col("z").abs().round(1))
    deviation = pl.col("measure").replace_strict(_SAID, default=None, return_dtype=pl.String).fill_null(deviation)
    change = pl.when(pl.col("previous").is_not_null()).then(filled("，前三个月平均{}", pl.col("previous").round(3))).otherwise(pl.lit(""))
    sentence = filled("{}为{}{}，{}（{}例）。", "measure_zh", pl.col("value").round(3), change, deviation, "cases")
    found = found.with_columns(sentence=sentence).sort(pl.col("z").abs(), "level", "month", "fixmedins_code", descending=[True, False, False, False])
    return _with_drivers(found, cases, p).select(pl.col(name).cast(dtype) for name, dtype in ALERTS.items())


def _others(table: pl.DataFrame, keys: list[str], p: Params) -> list[pl.DataFrame]:
    """Alerts of measures without a limit of their own kind: patients turned away, each death of a low-risk case, under-service."""

    def rows(found: pl.DataFrame, measure: str, title_zh: str, z: pl.Expr, grade: pl.Expr) -> pl.DataFrame:
        return found.select(
            *keys, pl.lit(measure).alias("measure"), pl.lit(title_zh).alias("measure_zh"), pl.col(measure).cast(pl.Float64).alias("value"),
            z.alias("z"), grade.alias("grade"), "cases",
        )  # fmt: skip

    hospitals = table.filter(pl.col("level") == "hospital")
    z = pl.col("turned_away_rate_z")
    turned = hospitals.filter((z >= p["warn_sigma"]) & (pl.col("cases") >= p["alert_cases_min"]))
    graded = pl.when(z >= p["alarm_sigma"]).then(pl.lit("alarm")).otherwise(pl.lit("warn"))
    # a death where hardly anybody dies is looked at one by one, whatever the volume
    deaths = hospitals.filter((pl.col("low_risk_deaths") > 0) & (pl.col("month") != WHOLE_PERIOD))
    thin = table.filter(pl.col("level").is_in(_WATCHED_LEVELS) & pl.col("under_service"))
    return [
        rows(turned, "turned_away_rate", "推诿迹象占比", z, graded),
        rows(deaths, "low_risk_deaths", "低风险组死亡数", pl.lit(0.0), pl.lit("warn")),
        rows(thin, "under_service", "服务不足迹象", pl.col("cost_index_z"), pl.lit("warn")),
    ]


def _previous(table: pl.DataFrame) -> pl.DataFrame:
    keys = ["level", "fixmedins_code", "dept", "physician", "drg_code"]
    measures = [*WATCHED, "turned_away_rate"]
    monthly = table.filter(pl.col("month") != WHOLE_PERIOD).sort("month")
    return (
        monthly.select(*keys, "month", *[pl.col(name).shift(1).rolling_mean(3, min_samples=1).over(keys).alias(name) for name in measures])
        .unpivot(on=measures, index=[*keys, "month"], variable_name="measure", value_name="previous")
        .drop_nulls("previous")
    )


def _with_drivers(found: pl.DataFrame, cases: pl.DataFrame, p: Params) -> pl.DataFrame:
    expected = with_expectations(cases, p).with_columns(
        month=pl.col("month").dt.strftime("%Y-%m"), high=pl.col("outlier") == "high", low=pl.col("outlier") == "low"
    )
    # alerts are many, discharges more: each alert looks only at its hospital's (or group's) cases
    by_hospital = {key[0]: part for key, part in expected.partition_by("fixmedins_code", as_dict=True).items()}
    by_group = {key[0]: part for key, part in expected.partition_by("drg_code", as_dict=True).items()}
    lists: list[list[str]] = []
    for row in found.select("level", "month", *sorted({key for keys in LEVELS.values() for key in keys}), "measure", "z").iter_rows(named=True):
        level, measure = row["level"], row["measure"]
        mine = [pl.col(key).eq_missing(pl.lit(row[key])) for key in LEVELS[level]]
        pool = by_group[row["drg_code"]] if level == "drg" else by_hospital[row["fixmedins_code"]]
        if measure == "turned_away_rate":
            pool, mine = expected, [pl.col("turned_away_by") == row["fixmedins_code"]]
            share = pl.col("weight").fill_null(0.0) + 1.0
        elif measure == "low_risk_deaths":
            share = (pl.col("died") & pl.col("low_risk")).cast(pl.Float64)
        else:
            watched = WATCHED["cost_index" if measure == "under_service" else measure]
            share = (pl.col(watched.observed).cast(pl.Float64) - pl.col(watched.expected)) * (1 if row["z"] > 0 else -1)
        if row["month"] != WHOLE_PERIOD:
            mine.append(pl.col("month") == row["month"])
        top = pool.filter(mine).select("mdtrt_id", share=share).filter(pl.col("share") > 0).sort(["share", "mdtrt_id"], descending=[True, False])
        lists.append(top["mdtrt_id"].head(_DRIVERS).to_list())
    return found.with_columns(driving_cases=pl.Series(lists, dtype=pl.List(pl.String)))
