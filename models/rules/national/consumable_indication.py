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
    title_zh="医用耗材限疾病使用",
    title_en="Consumable outside its disease",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d", "mdtrt_d"),
    exceptions=("refund", "self_paid", "recorded_diagnosis"),
)
def consumable_indication(t: Tables, p: Params) -> pl.LazyFrame:
    """Consumables meant for one group of diseases (stone baskets, femoral plates, puncture sets for portal shunts) without such a disease."""
    odd = unfit(t, p, "医用耗材限疾病使用").with_columns(limit=pl.coalesce(pl.col("text").replace("", None), "item_name").str.slice(0, 60))
    return per_visit(
        odd,
        filled(
            "{}使用限疾病使用的耗材{}{}条，金额{}元；该患者历次就诊诊断中没有符合限定范围的疾病（限定：{}）。",
            "days",
            "items",
            "n_lines",
            "amount",
            pl.col("limit"),
        ),
        "limit",
        sure=False,
    )
