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
    title_zh="医疗服务项目限适应症",
    title_en="Service outside its paid indication",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000102007000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d", "mdtrt_d"),
    exceptions=("refund", "self_paid", "recorded_diagnosis"),
)
def service_indication(t: Tables, p: Params) -> pl.LazyFrame:
    """Services paid for certain diseases only (dialysis without kidney failure, poisoning or another accepted reason).

    Every diagnosis ever recorded for the person speaks for the hospital. A city adds its own limited services by overlay.
    """
    odd = unfit(t, p, "医疗服务项目限适应症").with_columns(limit=pl.coalesce(pl.col("text").replace("", None), "item_name").str.slice(0, 60))
    return per_visit(
        odd,
        filled(
            "{}使用限适应症的医疗服务项目{}{}条，金额{}元；该患者历次就诊诊断中没有符合限定范围的疾病（限定：{}）。",
            "days",
            "items",
            "n_lines",
            "amount",
            pl.col("limit"),
        ),
        "limit",
        sure=False,
    )
