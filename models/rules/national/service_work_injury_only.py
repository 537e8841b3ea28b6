from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="医疗服务项目限工伤保险",
    title_en="Service paid by work-injury insurance only",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000102003000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("basic_insurances",),
    exceptions=("refund", "self_paid"),
)
def service_work_injury_only(t: Tables, p: Params) -> pl.LazyFrame:
    """Services that only the work-injury insurance pays, settled under basic insurance. The national list ships no points; a city adds its own
    by overlay, and the rule finds nothing until it does.
    """
    lines = limited_lines(t, "医疗服务项目限工伤保险").filter(pl.col("insutype").is_in(p["basic_insurances"]))
    return per_visit(one_point(lines), filled("{}将工伤保险支付的项目{}纳入基本医疗保险结算{}条，金额{}元。", "days", "items", "n_lines", "amount"))
