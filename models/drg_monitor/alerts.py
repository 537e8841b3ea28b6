"""Alerts: what lies beyond its control limit, what changed, and which cases drive it."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
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
    for measure, (_, _, _, side, name_zh) in WATCHED.items():
        if measure not in table.columns:
            continue
        z = pl.col(f"{measure}_z")
        beyond = z.abs() if side == "both" else z
        parts.append(
            enough.filter(beyond >= p["warn_sigma"]).select(
                *keys,
                pl.lit(measure).alias("measure"),
                pl.lit(name_zh).alias("measure_zh"),
                pl.col(measure).alias("value"),
                z.alias("z"),
                pl.when(beyond >= p["alarm_sigma"]).then(pl.lit("alarm")).otherwise(pl.lit("warn")).alias("grade"),
                "cases",
            )
        )
    found = pl.concat(parts)
    if found.is_empty():
        return pl.DataFrame(schema=ALERTS)
    found = found.join(_previous(table), on=[*keys, "measure"], how="left", nulls_equal=True)
    change = pl.when(pl.col("previous").is_not_null()).then(pl.format("，前三个月平均{}", pl.col("previous").round(3))).otherwise(pl.lit(""))
    sentence = pl.format(
        "{}为{}{}，{}预期{}个标准误（{}例）。",
        "measure_zh",
        pl.col("value").round(3),
        change,
        pl.when(pl.col("z") > 0).then(pl.lit("高于")).otherwise(pl.lit("低于")),
        pl.col("z").abs().round(1),
        "cases",
    )
    found = found.with_columns(sentence=sentence).sort(pl.col("z").abs(), "level", "month", "fixmedins_code", descending=[True, False, False, False])
    return _with_drivers(found, cases, p).select(pl.col(name).cast(dtype) for name, dtype in ALERTS.items())


def _previous(table: pl.DataFrame) -> pl.DataFrame:
    keys = ["level", "fixmedins_code", "dept", "physician", "drg_code"]
    measures = [name for name in WATCHED if name in table.columns]
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
        observed, expectation, *_ = WATCHED[row["measure"]]
        mine = [pl.col(key).eq_missing(pl.lit(row[key])) for key in LEVELS[row["level"]]]
        if row["month"] != WHOLE_PERIOD:
            mine.append(pl.col("month") == row["month"])
        share = (pl.col(observed).cast(pl.Float64) - pl.col(expectation)) * (1 if row["z"] > 0 else -1)
        pool = by_group[row["drg_code"]] if row["level"] == "drg" else by_hospital[row["fixmedins_code"]]
        top = pool.filter(mine).select("mdtrt_id", share=share).filter(pl.col("share") > 0).sort(["share", "mdtrt_id"], descending=[True, False])
        lists.append(top["mdtrt_id"].head(_DRIVERS).to_list())
    return found.with_columns(driving_cases=pl.Series(lists, dtype=pl.List(pl.String)))
