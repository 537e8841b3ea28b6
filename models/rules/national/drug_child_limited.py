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
    title_zh="药品限儿童使用",
    title_en="Drug paid for children only",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000101007000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("age_known_max",),
    exceptions=("refund", "self_paid", "family_account", "mother_and_newborn"),
)
def drug_child_limited(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs that the fund pays for children only, settled for an adult.

    The highest age is the one the official text gives, else 18. Ages beyond ``age_known_max`` are errors of the registry and prove nothing.
    """
    odd = too_old(t, p, "药品限儿童使用")
    return per_visit(
        odd,
        filled(
            "患者{}岁，{}使用限儿童支付的药品{}（限{}岁以下）并纳入医保结算{}条，金额{}元。", "age", "days", "items", "age_max", "n_lines", "amount"
        ),
        "age",
        "age_max",
    )
