from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._limits import contraindicated
from models.rules.national._points import per_visit


@rule(
    title_zh="医疗服务项目禁忌症",
    title_en="Contraindicated service",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000302005000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d", "mdtrt_d"),
    exceptions=("refund", "self_paid"),
)
def service_contraindication(t: Tables, p: Params) -> pl.LazyFrame:
    """Services given although the visit's own diagnoses forbid them (hyperbaric oxygen with pneumothorax, shock waves in pregnancy)."""
    odd = contraindicated(t, "医疗服务项目禁忌症")
    return per_visit(
        odd,
        filled("{}诊断中有医疗服务项目{}的禁忌症（规则依据：{}），仍使用{}条，金额{}元。", "days", "items", "source", "n_lines", "amount"),
        "source",
        sure=False,
        safety=True,
    )
