from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._limits import wrong_sex
from models.rules.national._points import per_visit


@rule(
    title_zh="医用耗材与性别不符",
    title_en="Consumable for the other sex",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    exceptions=("refund", "self_paid"),
)
def consumable_sex(t: Tables, p: Params) -> pl.LazyFrame:
    """Consumables whose name says an organ of the other sex."""
    odd = wrong_sex(t, p, "医用耗材与性别不符").filter(~pl.col("doubt"))
    named = odd.with_columns(who=pl.when(pl.col("gend") == "1").then(pl.lit("男")).otherwise(pl.lit("女")))
    return per_visit(
        named, filled("{}性患者{}使用另一性别专用耗材{}{}条，金额{}元。", "who", "days", "items", "n_lines", "amount"), "who", sure=False
    )
