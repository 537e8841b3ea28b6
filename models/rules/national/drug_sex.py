from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._limits import wrong_sex
from models.rules.national._points import per_visit


@rule(
    title_zh="药品区分性别使用",
    title_en="Drug for the other sex",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000301004000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    exceptions=("refund", "self_paid", "family_account"),
)
def drug_sex(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs that only one sex can use, billed to a person of the other.

    Persons whose diagnoses show that the registered sex is wrong are left out; purchases from a family account are cleared. Hormones are
    sometimes given lawfully to the other sex, so the hospital is heard.
    """
    odd = wrong_sex(t, p, "药品区分性别使用").filter(~pl.col("doubt"))
    return per_visit(
        odd.with_columns(who=pl.when(pl.col("gend") == "1").then(pl.lit("男")).otherwise(pl.lit("女"))),
        filled("{}性患者{}使用另一性别专用药品{}{}条，金额{}元。", "who", "days", "items", "n_lines", "amount"),
        "who",
        sure=False,
    )
