from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="超互联网医院药品支付范围",
    title_en="Controlled drugs over the internet",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d", "fixmedins_b"),
    params=("department_words",),
    exceptions=("refund", "self_paid"),
)
def internet_controlled_drugs(t: Tables, p: Params) -> pl.LazyFrame:
    """Narcotic and psychotropic drugs prescribed in internet care, where they are forbidden.

    The contract has no mark of internet care; it is read from the name of the department or institution (``department_words``).
    """
    online = pl.col("bilg_dept_name").fill_null("").str.contains(p["department_words"]) | pl.col("fixmedins_name").fill_null("").str.contains(
        p["department_words"]
    )
    names = t.institutions.select("fixmedins_code", "fixmedins_name")
    lines = limited_lines(t, "超互联网医院药品支付范围").join(names, on="fixmedins_code", how="left")
    odd = one_point(lines.filter(~pl.col("inpatient") & online))
    return per_visit(odd, filled("{}互联网诊疗开具麻醉、精神药品{}{}条，金额{}元。", "days", "items", "n_lines", "amount"), sure=False)
