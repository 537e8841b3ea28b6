from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._limits import too_old
from models.rules.national._points import per_visit


@rule(
    title_zh="药品儿童专用",
    title_en="Paediatric preparation for an adult",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000301002000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("age_known_max",),
    exceptions=("refund", "self_paid", "family_account", "mother_and_newborn"),
)
def drug_child_only(t: Tables, p: Params) -> pl.LazyFrame:
    """Paediatric preparations billed to a person over 18.

    Some adults are lawfully given a child's syrup; the hospital is heard. Purchases for a child from a family account are cleared.
    """
    odd = too_old(t, p, "药品儿童专用")
    return per_visit(
        odd,
        filled("患者{}岁，{}使用儿童专用药品{}（限{}岁以下）并纳入医保结算{}条，金额{}元。", "age", "days", "items", "age_max", "n_lines", "amount"),
        "age",
        "age_max",
        sure=False,
    )
