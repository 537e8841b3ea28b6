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
    title_zh="医疗服务项目儿童专用",
    title_en="Service for children only",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000302003000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("age_known_max", "newborn_age_max"),
    exceptions=("refund", "self_paid", "family_account", "mother_and_newborn"),
)
def service_child_only(t: Tables, p: Params) -> pl.LazyFrame:
    """Services for infants or children billed to a person beyond their age; those for newborns have their own rule.

    Visits of maternity type or with an obstetric or newborn diagnosis are cleared: the child's care may stand on the mother's record.
    """
    odd = too_old(t, p, "医疗服务项目儿童专用").filter(pl.col("age_max") > p["newborn_age_max"])
    return per_visit(
        odd,
        filled(
            "患者{}岁，{}使用儿童专用医疗服务项目{}（限{}岁以下）并纳入医保结算{}条，金额{}元。",
            "age",
            "days",
            "items",
            "age_max",
            "n_lines",
            "amount",
        ),
        "age",
        "age_max",
        sure=False,
    )
