from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.family_account import family_account
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import lenient, limited_lines, per_visit


@rule(
    title_zh="药品儿童禁用",
    title_en="Drug forbidden to children",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000301003000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=("age_known_max",),
    exceptions=("refund", "self_paid", "family_account"),
)
def drug_child_forbidden(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs whose label forbids them below an age (fluoroquinolones, tetracyclines, nimesulide, codeine), billed to a child.

    Life-threatening infections may justify them; the hospital is heard. Drops and ointments have other codes and are not meant.
    """
    lines = limited_lines(t, "药品儿童禁用").filter(pl.col("age").is_between(0, p["age_known_max"]))
    odd = family_account.clear(lenient(lines, pl.col("age") < pl.col("age_min")), t, p)
    return per_visit(
        odd,
        filled("患者{}岁，{}使用{}岁以下禁用的药品{}{}条，金额{}元。", "age", "days", "age_min", "items", "n_lines", "amount"),
        "age",
        "age_min",
        sure=False,
        safety=True,
    )
