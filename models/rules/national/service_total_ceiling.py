from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import per_visit
from models.wording import yuan


@rule(
    title_zh="医疗服务项目超限定报销总额",
    title_en="Service beyond its total ceiling",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000102015000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d", "hilist_lmttot_d"),
    exceptions=("refund", "self_paid"),
)
def service_total_ceiling(t: Tables, p: Params) -> pl.LazyFrame:
    """More settled for an item in one visit or year than its total ceiling; at fault are the lines beyond it.

    Waits for the local table ``hilist_lmttot_d`` (hilist_code, period visit or year, lmt_amt yuan); the contract has ceilings of unit prices only.
    """
    ceilings = t.raw("hilist_lmttot_d").select("hilist_code", "period", total_fen=(pl.col("lmt_amt").cast(pl.Float64) * 100).cast(pl.Int64))
    lines = t.lines.filter((pl.col("list_type") == "201") & (pl.col("inscp_fen") > 0)).join(ceilings, on="hilist_code", how="inner")
    keys = ["psn_no", "hilist_code", "scope_key"]
    scoped = lines.with_columns(
        scope_key=pl.when(pl.col("period") == "year").then(pl.col("date").dt.year().cast(pl.String)).otherwise("mdtrt_id")
    ).sort("date", "bkkp_sn")
    summed = scoped.with_columns(
        running=pl.col("inscp_fen").cum_sum().over(keys), total=pl.col("inscp_fen").sum().over(keys), by_stem=pl.lit(value=False)
    )
    odd = summed.filter(pl.col("running") > pl.col("total_fen")).with_columns(total_zh=yuan(pl.col("total")), ceiling_zh=yuan(pl.col("total_fen")))
    return per_visit(
        odd,
        pl.format("{}{}累计{}元，超过限定报销总额{}元，超出部分{}条，金额{}元。", "days", "items", "total_zh", "ceiling_zh", "n_lines", "amount"),
        "hilist_code",
        "total_zh",
        "ceiling_zh",
    )
