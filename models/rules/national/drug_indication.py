from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._limits import unfit
from models.rules.national._points import per_visit


@rule(
    title_zh="药品限适应症",
    title_en="Drug outside its paid indication",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000101008000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d", "mdtrt_d"),
    exceptions=("refund", "self_paid", "recorded_diagnosis"),
)
def drug_indication(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs paid for certain diseases only, billed to a person who at no visit bears a diagnosis among them.

    Only points every disease of which could be mapped to ICD-10 are used; mapped groups are wide (a cancer's metastases and follow-up count).
    The claim's own diagnoses are incomplete outside the settlement list, so every diagnosis ever recorded for the person speaks for the
    hospital, and only visits that are documented well are judged: stays with two listed diagnoses, outpatient visits with a definite disease.
    """
    odd = unfit(t, p, "药品限适应症").with_columns(limit=pl.coalesce(pl.col("text").replace("", None), "item_name").str.slice(0, 60))
    return per_visit(
        odd,
        filled(
            "{}使用限适应症药品{}{}条，金额{}元；该患者历次就诊诊断中没有符合限定范围的疾病（限定：{}）。",
            "days",
            "items",
            "n_lines",
            "amount",
            pl.col("limit"),
        ),
        "limit",
        sure=False,
    )
