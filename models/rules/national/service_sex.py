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
    title_zh="医疗服务项目区分性别使用",
    title_en="Service for the other sex",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000302004000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    exceptions=("refund", "self_paid"),
)
def service_sex(t: Tables, p: Params) -> pl.LazyFrame:
    """Services on organs that only the other sex has. The body cannot have received them: the person, the item or the service is false.

    Persons with two or more visits for diseases of the other sex are wrongly registered, not wrongly billed, and are left out.
    """
    odd = wrong_sex(t, p, "医疗服务项目区分性别使用").with_columns(who=pl.when(pl.col("gend") == "1").then(pl.lit("男")).otherwise(pl.lit("女")))
    own = odd.filter(~pl.col("doubt"))
    return per_visit(own, filled("{}性患者{}收取另一性别专用的医疗服务项目{}{}条，金额{}元。", "who", "days", "items", "n_lines", "amount"), "who")
