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
    title_zh="药品禁忌症",
    title_en="Contraindicated drug",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000301008000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d", "mdtrt_d"),
    exceptions=("refund", "self_paid"),
)
def drug_contraindication(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs given although the visit's own diagnoses name a disease for which the label forbids them.

    Only contraindications without degrees ("severe") that a code can carry are used. A weighed risk stands in the record; the hospital is heard.
    """
    odd = contraindicated(t, "药品禁忌症")
    return per_visit(
        odd,
        filled("{}诊断中有药品{}的禁忌症（规则依据：{}），仍使用{}条，金额{}元。", "days", "items", "source", "n_lines", "amount"),
        "source",
        sure=False,
        safety=True,
    )
