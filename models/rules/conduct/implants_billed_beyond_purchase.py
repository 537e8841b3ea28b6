from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._stock import as_hits, billed_by_item, shortages


@rule(
    title_zh="耗材结算数量超过购进",
    title_en="Implants billed beyond purchase",
    kind=Kind.IMPLANT_EXCESS,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000203001000",
    legal_basis=("reg.15", "reg.38.4", "reg.40.3"),
    needs=("invt_chg_d", "fee_list_d"),
    params=("book_items_min", "book_share_min", "book_share_complete", "units_short_min", "short_share_min", "item_fen_min"),
    exceptions=("refund",),
    extract=billed_by_item,
)
def implants_billed_beyond_purchase(t: Tables, p: Params) -> pl.LazyFrame:
    """A hospital bills more of a consumable than it ever had in stock.

    High-value consumables are booked piece by piece, so one item is enough when it lacks ``short_share_min`` of its stock,
    ``units_short_min`` pieces and ``item_fen_min`` of money. Items the stock book does not list are left alone: many hospitals
    book only what is dear. One finding an institution. An honest answer would be consignment goods booked only after use:
    the supplier's delivery notes bear the serial numbers.
    """
    short = shortages(t, p).filter(pl.col("consumable") & pl.col("available").is_not_null() & (pl.col("short_fen") >= p["item_fen_min"]))
    return as_hits(short, "进销存显示医用耗材")
