from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import per_visit


@rule(
    title_zh="中药饮片超大处方",
    title_en="Oversized herbal prescription",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d",),
    params=("kinds_max",),
    exceptions=("refund", "self_paid"),
)
def herb_many_pieces(t: Tables, p: Params) -> pl.LazyFrame:
    """One herbal prescription with more kinds of pieces than the city allows (``kinds_max``)."""
    herbs = t.lines.filter((pl.col("list_type") == "102") & (pl.col("inscp_fen") > 0)).with_columns(by_stem=pl.lit(value=False))
    counted = herbs.with_columns(kinds=pl.col("hilist_name").n_unique().over("mdtrt_id", "date"))
    odd = counted.filter(pl.col("kinds") > p["kinds_max"])
    return per_visit(
        odd,
        filled("{}一张中药处方含饮片{}味，超过{}味，{}条，金额{}元。", "days", "kinds", pl.lit(p["kinds_max"]), "n_lines", "amount"),
        "date",
        "kinds",
        sure=False,
        safety=True,
    )
