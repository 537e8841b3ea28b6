from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.city_practice import without_practice
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import lenient, limited_lines, per_visit
from models.wording import meaning


@rule(
    title_zh="药品限就医方式",
    title_en="Drug outside its care setting",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("practice_houses_min", "practice_share_min"),
    exceptions=("refund", "self_paid", "city_practice"),
)
def drug_setting(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs paid only for in-patients (or emergencies), settled as outpatient, chronic-disease or pharmacy claims."""
    lines = limited_lines(t, "药品限就医方式").filter(pl.col("settings").list.len() > 0)
    allowed = pl.col("inpatient") | (pl.col("settings").list.contains("emergency") & pl.col("med_type").str.slice(0, 2).is_in(["13", "24"]))
    outside = lenient(lines, ~allowed).with_columns(
        way=pl.when(pl.col("settings").list.contains("emergency")).then(pl.lit("急诊或住院")).otherwise(pl.lit("住院"))
    )
    odd = without_practice(lines, outside, t, p)
    return per_visit(
        odd,
        filled("{}以{}结算限{}支付的药品{}{}条，金额{}元。", "days", meaning("med_type", pl.col("med_type")), "way", "items", "n_lines", "amount"),
        "med_type",
        "way",
    )
