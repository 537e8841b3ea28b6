from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
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

    Waits for the local table ``dise_drug_d`` (dise_no, prefix of the allowed national codes); the contract does not carry such lists.
    """
    allowed = t.raw("dise_drug_d").select("dise_no", "prefix")
    lines = t.lines.filter(pl.col("med_type").str.starts_with("14") & pl.col("list_type").is_in(["101", "102", "103"]) & (pl.col("inscp_fen") > 0))
    ruled = lines.join(allowed.select("dise_no").unique(), on="dise_no", how="semi")
    fitting = (
        ruled.select("bkkp_sn", "dise_no", "hilist_code").join(allowed, on="dise_no").filter(pl.col("hilist_code").str.starts_with(pl.col("prefix")))
    )
    odd = ruled.join(fitting.select("bkkp_sn").unique(), on="bkkp_sn", how="anti").with_columns(by_stem=pl.lit(value=False))
    return per_visit(odd, pl.format("{}门诊慢特病{}结算目录外药品{}{}条，金额{}元。", "days", "dise_no", "items", "n_lines", "amount"), "dise_no")
