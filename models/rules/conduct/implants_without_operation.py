from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import yuan


@rule(
    title_zh="无手术而收取植入耗材",
    title_en="Implants without an operation",
    kind=Kind.IMPLANT_EXCESS,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000303001000",
    legal_basis=("reg.15", "reg.38.4", "reg.40.3"),
    needs=("fee_list_d", "mdcs_fund_setl_list_oprn_d"),
    params=("implants", "operation_items"),
    exceptions=("refund",),
)
def implants_without_operation(t: Tables, p: Params) -> pl.LazyFrame:
    """Implants billed in a settled stay with neither an operation in its settlement list nor any operation or intervention in its fee lines.

    Stays without a settlement list, or still in hospital, are left alone. One finding a stay. An honest answer would be the
    operation record; the list then lacks the operation's code.
    """
    operated = t.operations.select("mdtrt_id").unique()
    billed = t.lines.filter(t.of_item(pl.col("hilist_code").str.contains(p["operation_items"]))).select("mdtrt_id").unique()
    listed = t.raw("mdcs_fund_setl_list_d").select("mdtrt_id").unique()
    return (
        t.lines.filter(
            pl.col("inpatient")
            & pl.col("setl_id").is_not_null()
            & t.of_item((pl.col("list_type") == "301") & pl.col("hilist_name").str.contains(p["implants"]))
        )
        .join(listed, on="mdtrt_id", how="semi")
        .join(operated, on="mdtrt_id", how="anti")
        .join(billed, on="mdtrt_id", how="anti")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id")
        .agg(
            pl.col("setl_id").first(),
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("hilist_name").unique().sort().alias("names"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "本次住院结算清单无手术操作、费用明细亦无手术或介入项目，却收取{}，涉及医保范围内金额{}元。",
                pl.col("names").list.join("、"),
                yuan(pl.col("worth")),
            ),
        )
    )
