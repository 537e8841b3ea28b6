from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.mother_and_newborn import mother_and_newborn
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="药品限生育保险",
    title_en="Drug paid by maternity insurance only",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000101002000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("basic_insurances",),
    exceptions=("refund", "self_paid", "mother_and_newborn"),
)
def drug_maternity_only(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs that only the maternity insurance pays, settled in a visit that has nothing to do with childbirth.

    Maternity visits (med_type 51, 52) and visits with an obstetric diagnosis are lawful, also where the city merged both insurances.
    """
    lines = limited_lines(t, "药品限生育保险").filter(
        pl.col("insutype").is_in(p["basic_insurances"]) & ~pl.col("med_type").str.slice(0, 2).is_in(["51", "52"])
    )
    kept = mother_and_newborn.clear(one_point(lines), t, p)
    return per_visit(
        kept, filled("{}使用限生育保险支付的药品{}，非生育就诊，纳入基本医疗保险结算{}条，金额{}元。", "days", "items", "n_lines", "amount")
    )
