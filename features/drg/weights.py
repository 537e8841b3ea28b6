"""Relative weights, rate, hospital coefficients, payment standards and outlier bands.

A bureau's own weights stand in ``drg_setl_d``; where there are none (or to check them) they are estimated from settlements:
fees trimmed inside each group, means of rare groups shrunk towards their ADRG and that towards its MDC, scaled so that the
weights of all cases sum to their number.
"""

from __future__ import annotations

import polars as pl

from features.parameters import Params


def estimate_weights(cases: pl.DataFrame, p: Params) -> pl.DataFrame:
    """drg_code, n, mean_fee_fen (trimmed), cv, weight_estimated, stable from cases (drg_code, adrg, mdc, fee_fen; null groups left out).

    Shrinkage: a group of n trimmed cases keeps n / (n + ``shrink_cases``) of its own mean. ``stable`` is False for groups with fewer
    cases than ``stable_cases_min`` or a coefficient of variation above ``cv_max``.
    """
    fee = pl.col("fee_fen").cast(pl.Float64)
    known = cases.filter(pl.col("drg_code").is_not_null() & (pl.col("fee_fen") > 0)).with_columns(log_fee=fee.log())
    low, high = pl.col("log_fee").quantile(0.25).over("drg_code"), pl.col("log_fee").quantile(0.75).over("drg_code")
    margin = p["trim_iqr_multiple"] * (high - low)
    kept = known.filter((pl.len().over("drg_code") < p["stable_cases_min"]) | pl.col("log_fee").is_between(low - margin, high + margin))
    if kept.is_empty():
        return pl.DataFrame(schema=WEIGHTS)
    overall = float(kept.select(fee.mean()).item())
    k = float(p["shrink_cases"])

    def shrunk(by: str, towards: pl.Expr) -> pl.Expr:
        n = pl.len().over(by)
        return (fee.mean().over(by) * n + towards * k) / (n + k)

    frame = kept.with_columns(of_mdc=shrunk("mdc", pl.lit(overall)))
    frame = frame.with_columns(of_adrg=shrunk("adrg", pl.col("of_mdc")))
    frame = frame.with_columns(of_drg=shrunk("drg_code", pl.col("of_adrg")))
    table = (
        frame.group_by("drg_code")
        .agg(
            n_trimmed=pl.len(),
            mean_fee_fen=fee.mean(),
            cv=pl.when(pl.len() > 1).then(fee.std() / fee.mean()),
            smooth=pl.col("of_drg").first(),
        )
        .join(known.group_by("drg_code").agg(n=pl.len()), on="drg_code")
    )
    scale = float(table.select((pl.col("smooth") * pl.col("n")).sum() / pl.col("n").sum()).item())
    return (
        table.with_columns(
            weight_estimated=(pl.col("smooth") / scale).round(4),
            stable=(pl.col("n") >= p["stable_cases_min"]) & (pl.col("cv").fill_null(9.0) <= p["cv_max"]),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in WEIGHTS.items())
        .sort("drg_code")
    )


WEIGHTS: dict[str, pl.DataType] = {
    "drg_code": pl.String(),
    "n": pl.Int64(),
    "mean_fee_fen": pl.Float64(),
    "cv": pl.Float64(),
    "weight_estimated": pl.Float64(),
    "stable": pl.Boolean(),
}


def standards(cases: pl.DataFrame, p: Params) -> pl.DataFrame:
    """One row a group: the bureau's weight (median of what it billed), the estimated one, the one in use, their ratio, and the rate.

    ``weight`` is the bureau's where it gave one, else the estimate brought to the bureau's scale by the median ratio of both.
    """
    estimated = estimate_weights(cases, p)
    given = (
        cases.filter((pl.col("drg_wt") > 0) & pl.col("drg_code").is_not_null())
        .group_by("drg_code")
        .agg(weight_bureau=pl.col("drg_wt").median(), rate_bureau=pl.col("drg_rate").median())
    )
    table = estimated.join(given, on="drg_code", how="full", coalesce=True).with_columns(ratio=pl.col("weight_bureau") / pl.col("weight_estimated"))
    scale = table.filter(pl.col("n") >= p["stable_cases_min"])["ratio"].drop_nulls().median()
    return table.with_columns(
        weight=pl.coalesce("weight_bureau", pl.col("weight_estimated") * (1.0 if scale is None else scale)),
        differs=((pl.col("ratio") / (scale or 1.0)).log().abs() > p["weight_ratio_log_max"]).fill_null(value=False),
    ).sort("drg_code")


def rate_from_budget(budget_yuan: float, weights: pl.Series) -> float:
    """Yuan a weight point when the budget is spread over all cases (float rate)."""
    total = float(weights.drop_nulls().sum())
    if total <= 0:
        raise ValueError("The cases' weights sum to nothing: no rate follows from a budget.")
    return budget_yuan / total


def hospital_coefficients(cases: pl.DataFrame, p: Params) -> pl.DataFrame:
    """fixmedins_code, coefficient_bureau (standard ÷ weight × rate, median), coefficient_estimated (fees against weights, shrunk to 1)."""
    billed = pl.col("pay_std_fen") / 100 / (pl.col("drg_wt") * pl.col("drg_rate"))
    per_weight = pl.col("fee_fen").sum() / pl.col("weight").sum()
    weighted = cases.filter(pl.col("weight") > 0)
    if weighted.is_empty():
        return pl.DataFrame(
            schema={"fixmedins_code": pl.String, "n": pl.UInt32, "coefficient_bureau": pl.Float64, "coefficient_estimated": pl.Float64}
        )
    city = float(weighted.select(per_weight).item())
    k = float(p["shrink_cases"])
    return (
        weighted.group_by("fixmedins_code")
        .agg(
            n=pl.len(),
            coefficient_bureau=billed.filter((pl.col("drg_wt") > 0) & (pl.col("drg_rate") > 0) & (pl.col("pay_std_fen") > 0)).median(),
            raw=per_weight / city,
        )
        .with_columns(coefficient_estimated=(pl.col("raw") * pl.col("n") + k) / (pl.col("n") + k))
        .drop("raw")
        .sort("fixmedins_code")
    )


def outlier(fee_fen: pl.Expr, standard_fen: pl.Expr, weight: pl.Expr, p: Params) -> pl.Expr:
    """``high``, ``low`` or ``normal`` by the city's bands: fee against standard, the high multiple falling with the weight."""
    multiple = fee_fen / standard_fen
    high = pl.lit(None, pl.Float64)
    for rw_from, rw_to, limit in p["outlier_bands"]:
        high = pl.when((weight > rw_from) & (weight <= rw_to)).then(pl.lit(float(limit))).otherwise(high)
    return (
        pl.when(standard_fen.is_null() | (standard_fen <= 0))
        .then(pl.lit(None, pl.String))
        .when(multiple > high)
        .then(pl.lit("high"))
        .when(multiple < p["low_multiple"])
        .then(pl.lit("low"))
        .otherwise(pl.lit("normal"))
    )
