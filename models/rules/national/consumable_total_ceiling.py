from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._ceilings import beyond_total


@rule(
    title_zh="耗材超限定报销总额",
    title_en="Consumable beyond its total ceiling",
    kind=Kind.POLICY_LIMIT,
    certainty="definite",
    scope="person",
    gz_code="GZ10000103003000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d", "hilist_lmttot_d"),
    exceptions=("refund", "self_paid"),
)
def consumable_total_ceiling(t: Tables, p: Params) -> pl.LazyFrame:
    """More settled for an item in one visit or year than its total ceiling; at fault are the lines beyond it.

    Waits for the local table ``hilist_lmttot_d`` (hilist_code, period visit or year, lmt_amt yuan, begndate, enddate), an extension of the
    contract, which has ceilings of unit prices only. Only lines within a ceiling's dates are summed against it.
    """
    return beyond_total(t, "301")
