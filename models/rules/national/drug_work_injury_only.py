from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.city_practice import without_practice
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="药品限工伤保险",
    title_en="Drug paid by work-injury insurance only",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000101001000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("basic_insurances", "practice_houses_min", "practice_share_min"),
    exceptions=("refund", "self_paid", "city_practice"),
)
def drug_work_injury_only(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs that only the work-injury insurance pays, settled under basic medical insurance.

    A line counts when the visit's ``insutype`` is one of ``basic_insurances`` and something of it is in the scope of cover.
    An honest hospital may show that the visit was settled by the work-injury insurance, or that the patient paid.
    """
    lines = limited_lines(t, "药品限工伤保险")
    basic = one_point(lines.filter(pl.col("insutype").is_in(p["basic_insurances"])))
    odd = without_practice(lines, basic, t, p)
    return per_visit(odd, filled("{}使用限工伤保险支付的药品{}，纳入基本医疗保险结算{}条，金额{}元。", "days", "items", "n_lines", "amount"))
