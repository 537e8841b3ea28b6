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
    title_zh="耗材限新生儿使用",
    title_en="Consumable for newborns only",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000103001000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("age_known_max",),
    exceptions=("refund", "self_paid", "family_account", "mother_and_newborn"),
)
def consumable_newborn_only(t: Tables, p: Params) -> pl.LazyFrame:
    """Consumables whose name says newborn, billed to anybody beyond the first year. The mother's record is lawful."""
    odd = too_old(t, p, "耗材限新生儿使用")
    return per_visit(
        odd,
        filled(
            "患者{}岁，{}使用限新生儿的耗材{}（限{}岁以下）并纳入医保结算{}条，金额{}元。", "age", "days", "items", "age_max", "n_lines", "amount"
        ),
        "age",
        "age_max",
        sure=False,
    )
