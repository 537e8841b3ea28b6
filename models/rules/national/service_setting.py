from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit
from models.wording import meaning


@rule(
    title_zh="医疗服务项目限就医方式",
    title_en="Service outside its care setting",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000102009000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    exceptions=("refund", "self_paid"),
)
def service_setting(t: Tables, p: Params) -> pl.LazyFrame:
    """Items that exist only for in-patients (ward bed, ward round, graded nursing) billed in an outpatient visit.

    Emergency, observation and day-ward departments are exempt: they keep patients in beds without an admission.
    """
    lines = limited_lines(t, "医疗服务项目限就医方式").filter(pl.col("settings").list.contains("inpatient") & ~pl.col("inpatient"))
    watched = pl.col("bilg_dept_name").fill_null("").str.contains("急诊|留观|观察|日间|抢救")
    odd = one_point(lines.filter(~watched & ~pl.col("med_type").str.slice(0, 2).is_in(["13", "24"])))
    return per_visit(
        odd,
        filled(
            "{}在非住院就诊（{}）中收取只在住院发生的项目{}{}条，金额{}元。",
            "days",
            meaning("med_type", pl.col("med_type")),
            "items",
            "n_lines",
            "amount",
        ),
        "med_type",
        sure=False,
    )
