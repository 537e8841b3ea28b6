from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="抗菌药物分级使用管理",
    title_en="Special-grade antibiotics for outpatients",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000202003000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    exceptions=("refund", "self_paid"),
)
def outpatient_special_antibiotics(t: Tables, p: Params) -> pl.LazyFrame:
    """Special-grade antibiotics (carbapenems, glycopeptides, fourth-generation cephalosporins, tigecycline, linezolid …) for outpatients.

    The management rules forbid their outpatient use; emergencies and observation are exempt. The grading list is provincial, so a city may
    take a point off by overlay, and findings stay suspected.
    """
    lines = limited_lines(t, "抗菌药物分级使用管理").filter(~pl.col("inpatient") & ~pl.col("med_type").str.slice(0, 2).is_in(["13", "24"]))
    rescue = pl.col("bilg_dept_name").fill_null("").str.contains("急诊|抢救|重症|留观")
    odd = one_point(lines.filter(~rescue))
    return per_visit(odd, filled("{}在门诊使用特殊使用级抗菌药物{}{}条，金额{}元。", "days", "items", "n_lines", "amount"), sure=False)
