"""What the city's other cases of the same group cost, how long they lay, how often they returned: the expectation of each case."""

from __future__ import annotations

import polars as pl

from features.drg.weights import outlier, rate_from_budget, standards
from features.parameters import Params


def with_expectations(cases: pl.DataFrame, p: Params) -> pl.DataFrame:
    """The cases (features.drg.cases.CASES) with weight, standard, outlier kind and expectations.

    Adds ``weight standard_fen outlier`` and, per case, the expected fee, stay, readmission, severity, death, transfer, high and low
    outlier, own payment, fees around the stay (``e_*``) and the variance of the sums in the group (``v_*``). Cases without a group expect
    the city's mean. Rates of rare groups are drawn towards the city's (``shrink_cases``).
    """
    table = standards(cases, p).select("drg_code", "weight")
    rate = cases.filter(pl.col("drg_rate") > 0)["drg_rate"].median()
    coefficient = (pl.col("pay_std_fen") / 100 / (pl.col("drg_wt") * pl.col("drg_rate"))).median().over("fixmedins_code")
    frame = cases.join(table, on="drg_code", how="left", maintain_order="left").with_columns(
        weight=pl.when(pl.col("drg_wt") > 0).then("drg_wt").otherwise("weight")
    )
    if rate is None and p["budget_yuan"]:
        # no rate in the bills: the year's budget spread over the weights of the year's cases
        years = max(frame["month"].n_unique() / 12, 1 / 12)
        computed = pl.col("weight") * rate_from_budget(float(p["budget_yuan"]) * years, frame["weight"]) * 100
    elif rate is None:
        total = frame.filter(pl.col("weight") > 0).select(pl.col("fee_fen").sum() / pl.col("weight").sum()).item()
        computed = pl.col("weight") * (total or 0.0)
    else:
        computed = pl.col("weight") * pl.lit(rate) * 100 * coefficient.fill_nan(None).fill_null(1.0)
    given = pl.when(pl.col("pay_std_fen") > 0).then(pl.col("pay_std_fen").cast(pl.Float64))
    frame = frame.with_columns(standard_fen=pl.coalesce(given, computed))
    frame = frame.with_columns(
        outlier=pl.when(pl.col("case_type") == "2")
        .then(pl.lit("high"))
        .when(pl.col("case_type") == "3")
        .then(pl.lit("low"))
        .otherwise(outlier(pl.col("fee_fen"), pl.col("standard_fen"), pl.col("weight"), p))
    )
    group = pl.col("drg_code").fill_null("0000")
    frame = frame.with_columns(group=group, adrg_or_none=pl.col("adrg").fill_null("00"))
    k = float(p["shrink_cases"])

    def rate_of(flag: pl.Expr, by: str) -> pl.Expr:
        hit = flag.fill_null(value=False).cast(pl.Float64)
        return (hit.sum().over(by) + k * hit.mean()) / (pl.len().over(by) + k)

    fee, los = pl.col("fee_fen").cast(pl.Float64), pl.col("los").cast(pl.Float64)
    own = pl.col("selfpay_fen") / pl.when(pl.col("fee_fen") > 0).then("fee_fen")
    beside = pl.col("around_fen").cast(pl.Float64)
    share = own.mean().over("group").fill_null(0.0)
    many = pl.len().over("group") >= p["stable_cases_min"]
    return frame.with_columns(
        e_fee=fee.mean().over("group"),
        v_fee=pl.when(many).then(fee.var().over("group")).otherwise((fee.mean().over("group") * fee.std() / fee.mean()) ** 2),
        e_los=los.mean().over("group"),
        v_los=pl.when(many).then(los.var().over("group")).otherwise((los.mean().over("group") * los.std() / los.mean()) ** 2),
        e_readmitted=rate_of(pl.col("readmitted"), "group"),
        e_died=rate_of(pl.col("died"), "group"),
        e_transferred=rate_of(pl.col("transferred"), "group"),
        e_severe=rate_of(pl.col("severe"), "adrg_or_none"),
        e_high=rate_of(pl.col("outlier") == "high", "group"),
        e_low=rate_of(pl.col("outlier") == "low", "group"),
        e_selfpay=share,
        e_selfpay_fen=share * fee,
        v_selfpay_fen=pl.when(many).then(own.var().over("group")).otherwise(own.var()) * fee**2,
        e_around=beside.mean().over("group"),
        v_around=pl.when(many).then(beside.var().over("group")).otherwise(beside.var()),
        ungrouped=pl.col("drg_code").is_null(),
        e_ungrouped=pl.col("drg_code").is_null().cast(pl.Float64).mean(),
        low_risk=_low_risk(p),
    ).drop("adrg_or_none")


def _low_risk(p: Params) -> pl.Expr:
    """True for cases of the groups whose mortality is lowest, together at most ``low_risk_death_share`` of all discharges or free of deaths.

    A group counts only when it is large enough (``stable_cases_min``) for its mortality to be low rather than unknown; without
    the hospital in question a group with a single death remains low-risk by its smoothed mortality.
    """
    smoothed = (pl.col("died").cast(pl.Float64).sum().over("group") + 0.5) / (pl.len().over("group") + 1.0)
    large = pl.len().over("group") >= p["stable_cases_min"]
    rank = smoothed.rank("dense")
    lowest: pl.Expr = large & (rank <= pl.max_horizontal(rank.quantile(p["low_risk_death_share"]), pl.lit(1.0)))
    return lowest
