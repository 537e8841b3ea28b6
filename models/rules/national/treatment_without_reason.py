from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._limits import without_companion
from models.rules.national._points import per_visit


@rule(
    title_zh="无指征治疗",
    title_en="Treatment without its reason",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000302002000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=("companion_days",),
    exceptions=("refund", "self_paid"),
)
def treatment_without_reason(t: Tables, p: Params) -> pl.LazyFrame:
    """Treatments that presuppose another (monitoring of antipsychotic drugs, and no antipsychotic drug given to the person within
    ``companion_days`` days at any institution).
    """
    odd = without_companion(t, "无指征治疗", days=p["companion_days"])
    return per_visit(
        odd,
        filled(
            "{}收取治疗项目{}{}条，金额{}元，前后{}天内该患者没有任何相应的诊疗项目。",
            "days",
            "items",
            "n_lines",
            "amount",
            pl.lit(p["companion_days"]),
        ),
        sure=False,
    )
