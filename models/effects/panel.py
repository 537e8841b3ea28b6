"""Monthly measures of institutions as panels: unit, time (month number), start (month number of the reform, null = never), value, cases."""

from __future__ import annotations

from typing import Final

import polars as pl

#: measure → (expression over a unit-month's cases, Chinese name)
MEASURES: Final[dict[str, tuple[pl.Expr, str]]] = {
    "cost_per_case": (pl.col("fee_fen").mean() / 100, "例均费用（元）"),
    "fund_per_case": (pl.coalesce("drg_fund_fen", "fund_fen").mean() / 100, "例均基金支付（元）"),
    "cases": (pl.len().cast(pl.Float64), "出院人次"),
    "los": (pl.col("los").mean(), "平均住院日"),
    "selfpay_share": (pl.col("selfpay_fen").sum() / pl.col("fee_fen").sum(), "自费占比"),
    "readmission_rate": (pl.col("readmitted").cast(pl.Float64).mean(), "31天再入院率"),
    "severe_share": (pl.col("severe").cast(pl.Float64).mean(), "并发症合并症占比"),
    "around_per_case": (pl.col("around_fen").mean() / 100, "住院前后门诊购药例均（元）"),
}

PANEL: Final[dict[str, pl.DataType]] = {"unit": pl.String(), "time": pl.Int64(), "start": pl.Int64(), "value": pl.Float64(), "cases": pl.Int64()}


def month_number(day: pl.Expr) -> pl.Expr:
    """Months since year 0, so that differences are months."""
    return day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - 1


def first_billed(cases: pl.DataFrame, share_min: float = 0.5) -> pl.DataFrame:
    """fixmedins_code, start (date): the first month in which at least ``share_min`` of a hospital's discharges were paid by DRG."""
    monthly = cases.group_by("fixmedins_code", "month").agg(share=(pl.col("hi_paymtd") == "4").mean())
    return monthly.filter(pl.col("share") >= share_min).group_by("fixmedins_code").agg(start=pl.col("month").min()).sort("fixmedins_code")


def panel(cases: pl.DataFrame, starts: pl.DataFrame, measure: str) -> pl.DataFrame:
    """The panel of one measure from discharges (features.drg.cases) and start dates (fixmedins_code, start).

    Raises KeyError naming the known measures for an unknown one.
    """
    if measure not in MEASURES:
        raise KeyError(f"Unknown measure {measure!r}; known are {', '.join(MEASURES)}.")
    value, _ = MEASURES[measure]
    return (
        cases.group_by("fixmedins_code", "month")
        .agg(value=value, cases=pl.len().cast(pl.Int64))
        .join(starts.select("fixmedins_code", "start"), on="fixmedins_code", how="left")
        .select(unit="fixmedins_code", time=month_number(pl.col("month")), start=month_number(pl.col("start")), value="value", cases="cases")
        .filter(pl.col("value").is_not_null() & pl.col("value").is_finite())
        .sort("unit", "time")
    )


def own_panel(frame: pl.DataFrame, unit: str, day: str, value: str, starts: pl.DataFrame) -> pl.DataFrame:
    """A panel of any monthly measure: ``frame`` with a unit, a date and a value column; ``starts``: the unit column and ``start``.

    For sessions per patient-month before and after face terminals, prices before and after a cut, and the like.
    """
    return (
        frame.group_by(unit, pl.col(day).dt.month_start().alias("month"))
        .agg(value=pl.col(value).cast(pl.Float64).mean(), cases=pl.len().cast(pl.Int64))
        .join(starts.select(unit, "start"), on=unit, how="left")
        .select(
            unit=pl.col(unit).cast(pl.String), time=month_number(pl.col("month")), start=month_number(pl.col("start")), value="value", cases="cases"
        )
        .sort("unit", "time")
    )
