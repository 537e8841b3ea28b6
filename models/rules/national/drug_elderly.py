from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.family_account import family_account
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="老年人用药安全",
    title_en="Drug not to be used in old age",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000301009000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=("elderly_age_min", "age_known_max"),
    exceptions=("refund", "self_paid", "family_account"),
)
def drug_elderly(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs the label advises against in old age. Of the 108 points of the national book only those that forbid or advise against are used;
    "with caution" forbids nothing.
    """
    lines = limited_lines(t, "老年人用药安全").filter(pl.col("age").is_between(p["elderly_age_min"], p["age_known_max"]))
    odd = family_account.clear(one_point(lines), t, p)
    return per_visit(
        odd,
        filled("患者{}岁，{}使用说明书不推荐老年人使用的药品{}{}条，金额{}元。", "age", "days", "items", "n_lines", "amount"),
        "age",
        sure=False,
        safety=True,
    )
