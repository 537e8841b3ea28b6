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
    title_zh="耗材限儿童使用",
    title_en="Consumable for children only",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000103002000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("age_known_max",),
    exceptions=("refund", "self_paid", "family_account", "mother_and_newborn"),
)
def consumable_child_only(t: Tables, p: Params) -> pl.LazyFrame:
    """Consumables whose name says child or infant, billed to a person over 18.

    Small adults are sometimes given a child's size; the hospital is heard.
    """
    odd = too_old(t, p, "耗材限儿童使用")
    return per_visit(
        odd,
        filled("患者{}岁，{}使用限儿童的耗材{}（限{}岁以下）并纳入医保结算{}条，金额{}元。", "age", "days", "items", "age_max", "n_lines", "amount"),
        "age",
        "age_max",
        sure=False,
    )
