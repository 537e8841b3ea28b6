from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import lenient, limited_lines, per_visit


@rule(
    title_zh="中药饮片超量上传",
    title_en="Herbal piece beyond its daily dose",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=("days_plausible_max", "dose_factor"),
    exceptions=("refund", "self_paid"),
)
def herb_dose(t: Tables, p: Params) -> pl.LazyFrame:
    """A herbal piece whose quantity over the days of the prescription exceeds a multiple (``dose_factor``) of the pharmacopoeia's daily maximum.

    Quantities are grams; lines without days, and single-day postings of a stay, are left out because they may cover several days.
    """
    lines = limited_lines(t, "中药饮片超量上传").filter(
        (pl.col("list_type") == "102") & pl.col("count_max").is_not_null() & pl.col("prd_days").is_between(1, p["days_plausible_max"])
    )
    daily = lines.with_columns(daily=pl.col("cnt") / pl.col("prd_days"))
    odd = lenient(
        daily.filter(~pl.col("inpatient") | (pl.col("prd_days") > 1)), pl.col("daily") > pl.col("count_max") * p["dose_factor"]
    ).with_columns(most=pl.col("daily").max().over("mdtrt_id", "point_id").round(1))
    return per_visit(
        odd,
        filled(
            "{}中药饮片{}每日用量{}克，超过药典上限{}克的{}倍，{}条，金额{}元。",
            "days",
            "items",
            "most",
            "count_max",
            pl.lit(p["dose_factor"]),
            "n_lines",
            "amount",
        ),
        "point_id",
        "most",
        "count_max",
        sure=False,
    )
