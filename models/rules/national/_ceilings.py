"""Ceilings of the total settled for an item in a visit or a year, from the local table ``hilist_lmttot_d``."""

from __future__ import annotations

import polars as pl

from features.shared.text import filled
from features.tables import Tables
from models.rules.national._points import per_visit
from models.wording import yuan


def beyond_total(t: Tables, list_type: str) -> pl.LazyFrame:
    """Hits: the lines of one kind of list that lie beyond the total ceiling of their item, in order of their days.

    A ceiling binds the lines dated within ``begndate`` and ``enddate``, open where they are empty; only these lines are summed.
    Ceilings of another period than visit or year are told by the delivery report and bind nobody.
    """
    ceilings = (
        t.raw("hilist_lmttot_d")
        .filter(pl.col("period").is_in(["visit", "year"]))
        .select("hilist_code", "period", "begndate", "enddate", total_fen=(pl.col("lmt_amt").cast(pl.Float64) * 100).round().cast(pl.Int64))
    )
    lines = t.lines.filter((pl.col("list_type") == list_type) & (pl.col("inscp_fen") > 0)).join(ceilings, on="hilist_code", how="inner")
    keys = ["psn_no", "hilist_code", "period", "begndate", "scope_key"]
    year = pl.col("date").dt.year().cast(pl.String)
    scoped = (
        lines.filter(in_force(pl.col("date")))
        .with_columns(scope_key=pl.when(pl.col("period") == "year").then(year).otherwise("mdtrt_id"))
        .sort("date", "bkkp_sn")
    )
    summed = scoped.with_columns(
        running=pl.col("inscp_fen").cum_sum().over(keys), total=pl.col("inscp_fen").sum().over(keys), by_stem=pl.lit(value=False)
    )
    odd = summed.filter(pl.col("running") > pl.col("total_fen")).with_columns(
        per=pl.when(pl.col("period") == "year").then(pl.lit("当年")).otherwise(pl.lit("本次就诊")),
        total_zh=yuan(pl.col("total")),
        ceiling_zh=yuan(pl.col("total_fen")),
    )
    return per_visit(
        odd,
        filled(
            "{}收取{}，{}累计{}元，超过限定报销总额{}元，超出部分{}条，金额{}元。",
            "days",
            "items",
            "per",
            "total_zh",
            "ceiling_zh",
            "n_lines",
            "amount",
        ),
        "hilist_code",
        "per",
        "total_zh",
        "ceiling_zh",
    )


def in_force(day: pl.Expr) -> pl.Expr:
    """True where ``day`` lies within the row's ``begndate`` and ``enddate``; an empty end is open."""
    begun = pl.col("begndate").is_null() | (pl.col("begndate") <= day)
    return begun & (pl.col("enddate").is_null() | (pl.col("enddate") >= day))
