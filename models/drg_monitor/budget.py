"""Fund use against the year's budget, month by month, with a forecast to the end of the year and its interval."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import polars as pl
from scipy import stats

from features.parameters import Params

BUDGET: Final[dict[str, pl.DataType]] = {
    "month": pl.Date(),
    "spent": pl.Float64(),
    "spent_to_date": pl.Float64(),
    "budget_to_date": pl.Float64(),
    "forecast": pl.Boolean(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}
#: Below this many months no trend can be told from chance; the mean is carried on.
_TREND_MONTHS: Final = 9


HOSPITAL_BUDGET: Final[dict[str, pl.DataType]] = {"fixmedins_code": pl.String(), **BUDGET}


def budget_use(cases: pl.DataFrame, p: Params, confidence: float = 0.95) -> pl.DataFrame:
    """The city's fund use in the last year of the data against ``budget_yuan``; columns of ``BUDGET``, see ``_use``."""
    paid, joined = _last_year(cases)
    if paid.is_empty():
        return pl.DataFrame(schema=BUDGET)
    return _use(paid, joined, float(p["budget_yuan"]) or None, confidence)


def hospital_budget_use(cases: pl.DataFrame, p: Params, confidence: float = 0.95) -> pl.DataFrame:
    """The same for every hospital, columns of ``HOSPITAL_BUDGET``.

    A hospital's budget is its share of the city's: what its cases earn by their standards, against all cases paid by group.
    """
    paid, joined = _last_year(cases)
    earned = paid.group_by("fixmedins_code").agg(pl.coalesce("pay_std_fen", "fee_fen").sum().alias("earned")).sort("fixmedins_code")
    total, budget = int(earned["earned"].sum()), float(p["budget_yuan"])
    parts = [pl.DataFrame(schema=HOSPITAL_BUDGET)]
    for code, mine in earned.iter_rows():
        use = _use(paid.filter(pl.col("fixmedins_code") == code), joined, budget * mine / total if total else None, confidence)
        parts.append(use.select(pl.lit(code, pl.String).alias("fixmedins_code"), *BUDGET))
    return pl.concat(parts)


def _last_year(cases: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The last year's discharges paid by group, and each hospital's first full month of such payment (``fixmedins_code full_from``)."""
    paid = cases.filter(pl.col("case_paid"))
    # in the month it joins only those admitted after the start are paid by group; who was there from the first month on joined before it
    first = pl.col("month").min()
    joined = paid.group_by("fixmedins_code").agg(
        full_from=pl.when(first == cases["month"].min()).then(first).otherwise(first.dt.offset_by("1mo")),
    )
    return paid.filter(pl.col("month").dt.year() == pl.col("month").dt.year().max()), joined


def _use(paid: pl.DataFrame, joined: pl.DataFrame, year_budget: float | None, confidence: float) -> pl.DataFrame:
    """One row a month of the year of ``paid``, yuan: spent, cumulative, budget to date; later months forecast with an interval.

    The fund's payments of case-paid discharges count. The budget is spread evenly over the months; ``budget_to_date`` is null where
    there is none. What is forecast is the spending of the hospitals paid by group at the end, each at its own level since its first
    full month, times a factor common to all: their mean (or, from nine months on, a linear trend). So a hospital's joining is no growth.
    The interval is that of a prediction for the cumulated sum, months taken as independent.
    """
    monthly = paid.group_by("month").agg(spent=pl.coalesce("drg_fund_fen", "fund_fen").sum() / 100).sort("month")
    spent = monthly["spent"].to_numpy()
    budget = year_budget / 12 if year_budget else None
    year = monthly["month"][0].year
    months = monthly["month"].to_list()
    level, factor = _levels(paid, joined)
    place = np.array([month.month for month in factor["month"].to_list()], dtype=float)
    trend = len(place) >= _TREND_MONTHS
    design = np.column_stack([np.ones_like(place), place]) if trend else np.ones((len(place), 1))
    # months in which more hospitals were paid by group weigh more
    root = np.sqrt(factor["members"].to_numpy() / level) if level else np.ones_like(place)
    coefficient, *_ = np.linalg.lstsq(design * root[:, None], factor["factor"].to_numpy() * root, rcond=None)
    freedom = len(place) - design.shape[1]
    left = (factor["factor"].to_numpy() - design @ coefficient) * root
    sigma = level * float(np.sqrt((left**2).sum() / freedom)) if freedom > 0 else float("nan")
    inverse = np.linalg.inv(design.T @ (design * root[:, None] ** 2))
    rows: list[dict[str, object]] = []
    total = 0.0
    for month, value in zip(months, spent, strict=True):
        total += float(value)
        rows.append(
            {"month": month, "spent": float(value), "spent_to_date": total, "budget_to_date": budget and budget * month.month, "forecast": False}
        )
    so_far, ahead = total, np.zeros(design.shape[1])
    for number in range(months[-1].month + 1, 13):
        row = np.array([1.0, float(number)]) if trend else np.array([1.0])
        ahead = ahead + row
        expected = max(0.0, level * float(row @ coefficient))
        total += expected
        spread = sigma * float(np.sqrt(number - months[-1].month + ahead @ inverse @ ahead)) if freedom > 0 else float("nan")
        margin = float(stats.t.ppf(0.5 + confidence / 2, max(freedom, 1))) * spread
        rows.append(
            {
                "month": date(year, number, 1),
                "spent": expected,
                "spent_to_date": total,
                "budget_to_date": budget and budget * number,
                "forecast": True,
                "low": max(so_far, total - margin),
                "high": total + margin,
            }
        )
    return pl.DataFrame(rows, schema=BUDGET).with_columns(pl.col("low", "high").fill_nan(None))


def _levels(paid: pl.DataFrame, joined: pl.DataFrame) -> tuple[float, pl.DataFrame]:
    """What the hospitals of ``paid`` spend together a month at their own means, and by month ``members`` (the means of those paid in
    full by then) and ``factor`` (what these spent against that).

    A hospital without a full month yet counts from its first; a month nobody was in in full is left out.
    """
    months = paid.select(pl.col("month").unique().sort())
    full = (
        paid.group_by("fixmedins_code")
        .agg(first=pl.col("month").min(), last=pl.lit(months["month"].max()))
        .join(joined, on="fixmedins_code")
        .with_columns(
            since=pl.when(pl.col("full_from") <= pl.col("last")).then(pl.max_horizontal("full_from", months["month"].min())).otherwise("first")
        )
        .select("fixmedins_code", "since")
    )
    spent = paid.group_by("fixmedins_code", "month").agg(spent=pl.coalesce("drg_fund_fen", "fund_fen").sum() / 100)
    grid = (
        full.join(months, how="cross")
        .filter(pl.col("month") >= pl.col("since"))
        .join(spent, on=["fixmedins_code", "month"], how="left")
        .with_columns(pl.col("spent").fill_null(0.0))
        .with_columns(mean=pl.col("spent").mean().over("fixmedins_code"))
    )
    level = float(grid.unique("fixmedins_code")["mean"].sum())
    by_month = grid.group_by("month").agg(members=pl.col("mean").sum(), spent=pl.col("spent").sum()).filter(pl.col("members") > 0).sort("month")
    if by_month.is_empty():
        return 0.0, months.select("month", members=pl.lit(1.0), factor=pl.lit(0.0))
    return level, by_month.select("month", "members", factor=pl.col("spent") / pl.col("members"))
