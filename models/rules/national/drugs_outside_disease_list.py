from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._ceilings import in_force
from models.rules.national._points import per_visit


@rule(
    title_zh="药品超限定病种目录范围使用",
    title_en="Drug outside the chronic-disease list",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000101011000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d", "dise_drug_d"),
    exceptions=("refund", "self_paid"),
)
def drugs_outside_disease_list(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs settled under a chronic-disease entitlement that the city's list of the disease does not hold.

    Waits for the local table ``dise_drug_d`` (dise_no, prefix of the allowed national codes, begndate, enddate), an extension of the
    contract. A disease of which no row was in force on the day of the line is not judged.
    """
    allowed = t.raw("dise_drug_d").select("dise_no", "prefix", "begndate", "enddate")
    lines = t.lines.filter(pl.col("med_type").str.starts_with("14") & pl.col("list_type").is_in(["101", "102", "103"]) & (pl.col("inscp_fen") > 0))
    ruled = lines.select("bkkp_sn", "dise_no", "hilist_code", "date").join(allowed, on="dise_no").filter(in_force(pl.col("date")))
    fitting = ruled.filter(pl.col("hilist_code").str.starts_with(pl.col("prefix")))
    odd = lines.join(ruled, on="bkkp_sn", how="semi").join(fitting, on="bkkp_sn", how="anti").with_columns(by_stem=pl.lit(value=False))
    sentence = filled("{}以门诊慢特病（病种{}）待遇结算病种目录外药品{}{}条，金额{}元。", "days", "dise_no", "items", "n_lines", "amount")
    return per_visit(odd, sentence, "dise_no")
