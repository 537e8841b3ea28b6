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
    title_zh="医疗服务项目限科室使用",
    title_en="Service of another department",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000102008000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    exceptions=("refund", "self_paid"),
)
def service_department(t: Tables, p: Params) -> pl.LazyFrame:
    """Specialised services (blood purification, psychiatric therapy, eye surgery) ordered by a department that does not practise them.

    Department names are free text: a point names the words that make a department the right one, generously. Null names are left alone.
    """
    odd = wrong_department(t, "医疗服务项目限科室使用")
    return per_visit(
        odd,
        filled("{}由{}开单收取不属其诊疗范围的项目{}{}条，金额{}元。", "days", "bilg_dept_name", "items", "n_lines", "amount"),
        "bilg_dept_name",
        sure=False,
    )
