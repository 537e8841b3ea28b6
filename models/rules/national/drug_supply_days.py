from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import per_visit


@rule(
    title_zh="药品限最大开药天数/开药量",
    title_en="Longest supply on one prescription",
    kind=Kind.DRUG_HOARDING,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=("days_max", "days_plausible_max"),
    exceptions=("refund", "self_paid"),
)
def drug_supply_days(t: Tables, p: Params) -> pl.LazyFrame:
    """One outpatient or pharmacy line supplies more than the longest prescription allows (12 weeks for chronic disease).

    ``prd_days`` is what the hospital entered; values above ``days_plausible_max`` are slips of the keyboard and are left to data quality.
    Packs cannot be split: a line is too long only if one pack less would still
    have been.
    """
    long = pl.col("prd_days").is_between(p["days_max"], p["days_plausible_max"], closed="right")
    # whole packs are sold: the line is too long only if one pack less would still have been
    over = pl.col("prd_days") * (pl.col("cnt") - 1) / pl.col("cnt") > p["days_max"]
    drugs = t.lines.filter(pl.col("list_type").is_in(["101", "102", "103"]) & ~pl.col("inpatient") & long & over & (pl.col("inscp_fen") > 0))
    odd = drugs.with_columns(by_stem=pl.lit(value=False), most=pl.col("prd_days").max().over("mdtrt_id").cast(pl.Int64))
    return per_visit(
        odd,
        filled("{}门诊一次开具{}{}天用量（上限{}天），{}条，金额{}元。", "days", "items", "most", pl.lit(p["days_max"]), "n_lines", "amount"),
        "most",
        sure=False,
    )
