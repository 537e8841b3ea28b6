from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._limits import wrong_department
from models.rules.national._points import per_visit


@rule(
    title_zh="医用耗材与科室不符",
    title_en="Consumable of another department",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000303002000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    exceptions=("refund", "self_paid"),
)
def consumable_department(t: Tables, p: Params) -> pl.LazyFrame:
    """Consumables of one specialty (dialysers, artificial lenses) ordered by a department that does not practise it."""
    odd = wrong_department(t, "医用耗材与科室不符")
    return per_visit(
        odd,
        filled("{}由{}开单使用不属其诊疗范围的耗材{}{}条，金额{}元。", "days", "bilg_dept_name", "items", "n_lines", "amount"),
        "bilg_dept_name",
        sure=False,
    )
