from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._limits import too_old
from models.rules.national._points import per_visit


@rule(
    title_zh="药品限新生儿使用",
    title_en="Drug for newborns only",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000101006000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("age_known_max",),
    exceptions=("refund", "self_paid", "family_account", "mother_and_newborn"),
)
def drug_newborn_only(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs whose paid use is for newborns, billed to anybody beyond the first year.

    Lines on the mother's record are lawful. The list names products by words of the generic name, so a finding is suspected.
    """
    odd = too_old(t, p, "药品限新生儿使用")
    return per_visit(
        odd,
        filled(
            "患者{}岁，{}使用限新生儿的药品{}（限{}岁以下）并纳入医保结算{}条，金额{}元。", "age", "days", "items", "age_max", "n_lines", "amount"
        ),
        "age",
        "age_max",
        sure=False,
    )
