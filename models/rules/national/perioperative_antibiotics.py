from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._diagnoses import recorded
from models.rules.national._points import per_visit


@rule(
    title_zh="围手术期抗菌药物预防性应用监管",
    title_en="Prophylactic antibiotics too long",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000202002000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d", "mdcs_fund_setl_list_d", "mdcs_fund_setl_list_oprn_d"),
    params=("clean_operations", "infection_codes", "days_max", "late_days_min"),
    exceptions=("refund", "self_paid"),
)
def perioperative_antibiotics(t: Tables, p: Params) -> pl.LazyFrame:
    """Antibiotics billed on days after a clean operation when prophylaxis must long have ended, in a stay without any infection.

    Clean operations are named by ICD-9-CM-3 (``clean_operations``); stays with another operation or an infection diagnosis are left out.
    ``days_max`` days after the operation are allowed, and ``late_days_min`` later days are needed, so that late posting explains nothing.
    """
    clean = (
        t.operations.filter(pl.col("oprn_oprt_code").str.contains(p["clean_operations"]))
        .group_by("mdtrt_id")
        .agg(pl.col("oprn_oprt_date").max().alias("operated"), pl.col("oprn_oprt_name").drop_nulls().first().fill_null("清洁手术").alias("operation"))
    )
    others = (
        t.operations.filter(~pl.col("oprn_oprt_code").str.contains(p["clean_operations"]) & pl.col("oprn_oprt_code").str.contains("^[0-8]"))
        .select("mdtrt_id")
        .unique()
    )
    infected = recorded(t).filter(pl.col("code").str.contains(p["infection_codes"])).select("mdtrt_id").unique()
    antibiotics = t.lines.filter(t.of_item(pl.col("hilist_code").str.starts_with("XJ01")) & (pl.col("inscp_fen") > 0) & ~pl.col("take_home"))
    stays = antibiotics.join(
        clean.join(others, on="mdtrt_id", how="anti").join(infected, on="mdtrt_id", how="anti").drop_nulls("operated"), on="mdtrt_id", how="inner"
    ).with_columns(after=(pl.col("date") - pl.col("operated")).dt.total_days())
    late = stays.filter(pl.col("after") > p["days_max"]).with_columns(by_stem=pl.lit(value=False), last=pl.col("after").max().over("mdtrt_id"))
    odd = late.filter(pl.col("date").n_unique().over("mdtrt_id") >= p["late_days_min"])
    return per_visit(
        odd,
        filled(
            "{}（清洁手术）后仍使用抗菌药物至术后第{}天（预防用药一般不超过{}天），清单无感染诊断；{}{}条，金额{}元。",
            "operation",
            "last",
            pl.lit(p["days_max"]),
            "items",
            "n_lines",
            "amount",
        ),
        "operation",
        "last",
        sure=False,
    )
