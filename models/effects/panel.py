"""Monthly measures of institutions as panels: unit, time (month number), start (month number of the change, null = never), value, cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl


@dataclass(frozen=True)
class Measure:
    """What is compared before and after a change: a value a unit and month.

    ``value``: expression over a unit-month's cases; None for measures that come as a table of their own. ``yuan``: what one unit of the
    value is worth, when it is worth money (1 for a cost); ``of_zh``: what the value is counted over. ``by_cases``: units count by their
    cases, so that the effect is that of the average case.
    """

    title_zh: str
    unit_zh: str
    value: pl.Expr | None = None
    yuan: float | None = None
    of_zh: str = "例"
    by_cases: bool = True


MEASURES: Final[dict[str, Measure]] = {
    "cost_per_case": Measure("例均费用", "元/例", pl.col("fee_fen").mean() / 100, yuan=1.0),
    "fund_per_case": Measure("例均基金支付", "元/例", pl.coalesce("drg_fund_fen", "fund_fen").mean() / 100, yuan=1.0),
    "cases": Measure("月出院人次", "人次", pl.len().cast(pl.Float64), by_cases=False),
    "los": Measure("平均住院日", "天", pl.col("los").mean()),
    "selfpay_share": Measure("自费占比", "占比", pl.col("selfpay_fen").sum() / pl.col("fee_fen").sum()),
    "readmission_rate": Measure("31天再入院率", "占比", pl.col("readmitted").cast(pl.Float64).mean()),
    "severe_share": Measure("并发症合并症病例占比", "占比", pl.col("severe").cast(pl.Float64).mean()),
    "around_per_case": Measure("住院前后门诊购药例均", "元/例", pl.col("around_fen").mean() / 100, yuan=1.0),
}

#: Sessions a patient had in a month at a dialysis room, before and after terminals recognised the patients' faces.
DIALYSIS: Final = "dialysis_sessions"

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
    value = MEASURES[measure].value
    return _with_starts(cases.group_by(pl.col("fixmedins_code").alias("unit"), "month").agg(value=value, cases=pl.len()), starts, "fixmedins_code")


def own_panel(frame: pl.DataFrame, unit: str, day: str, value: str, starts: pl.DataFrame) -> pl.DataFrame:
    """A panel of any monthly measure: ``frame`` with a unit, a date and a value column; ``starts``: the unit column and ``start``.

    One row of ``frame`` is one case (a patient's month at a dialysis room, a sale); the value is their mean. For sessions per
    patient-month before and after face terminals, prices before and after a cut, and the like.
    """
    monthly = frame.group_by(pl.col(unit).alias("unit"), month=pl.col(day).dt.month_start()).agg(
        value=pl.col(value).cast(pl.Float64).mean(), cases=pl.len()
    )
    return _with_starts(monthly, starts, unit)


def _with_starts(monthly: pl.DataFrame, starts: pl.DataFrame, unit: str) -> pl.DataFrame:
    known = starts.select(unit=pl.col(unit).cast(pl.String), start="start").unique("unit")
    return (
        monthly.with_columns(pl.col("unit").cast(pl.String))
        .join(known, on="unit", how="left")
        .select(
            unit="unit",
            time=month_number(pl.col("month")),
            start=month_number(pl.col("start")),
            value="value",
            cases=pl.col("cases").cast(pl.Int64),
        )
        .filter(pl.col("value").is_not_null() & pl.col("value").is_finite())
        .sort("unit", "time")
    )
