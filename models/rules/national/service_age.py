from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import lenient, limited_lines, per_visit


@rule(
    title_zh="医疗服务项目限年龄",
    title_en="Service outside its age",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("age_known_max",),
    exceptions=("refund", "self_paid"),
)
def service_age(t: Tables, p: Params) -> pl.LazyFrame:
    """Services paid for persons of working age only (vocational training), billed to others. The upper age is taken generously (65)."""
    lines = limited_lines(t, "医疗服务项目限年龄").filter(pl.col("age").is_between(0, p["age_known_max"]))
    odd = lenient(lines, (pl.col("age") > pl.col("age_max")) | (pl.col("age") < pl.col("age_min")))
    return per_visit(
        odd,
        filled("患者{}岁，{}收取限{}至{}岁支付的项目{}{}条，金额{}元。", "age", "days", "age_min", "age_max", "items", "n_lines", "amount"),
        "age",
        "age_min",
        "age_max",
        sure=False,
    )
