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
    title_zh="医疗服务项目限新生儿使用",
    title_en="Service for newborns only",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000102005000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("age_known_max", "newborn_age_max"),
    exceptions=("refund", "self_paid", "family_account", "mother_and_newborn"),
)
def service_newborn_only(t: Tables, p: Params) -> pl.LazyFrame:
    """Services for newborns (the newborn part of the official list, and what a city adds), billed to anybody beyond the first year.

    Before it is enrolled a newborn's care stands lawfully on the mother's record: maternity visits and visits with an obstetric or newborn
    diagnosis are cleared.
    """
    odd = too_old(t, p, "医疗服务项目限新生儿使用", "医疗服务项目儿童专用").filter(pl.col("age_max") <= p["newborn_age_max"])
    return per_visit(
        odd,
        filled(
            "患者{}岁，{}使用限新生儿的医疗服务项目{}（限{}岁以下）并纳入医保结算{}条，金额{}元。",
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
