from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._stock import as_hits, billed_by_item, shortages


@rule(
    title_zh="低价药串换高价药",
    title_en="A cheap drug given, a dear one billed",
    kind=Kind.ITEM_SWAP,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000202001000",
    legal_basis=("reg.15", "reg.38.4"),
    needs=("invt_chg_d", "fee_list_d"),
    params=(
        "book_items_min",
        "book_share_min",
        "book_share_complete",
        "units_short_min",
        "short_share_min",
        "months_growing_min",
        "items_min",
        "left_share_min",
        "amount_fen_min",
    ),
    exceptions=("refund",),
    extract=billed_by_item,
)
def drug_swapped_for_dearer(t: Tables, p: Params) -> pl.LazyFrame:
    """A hospital bills more of a dear drug than it ever had, month after month, while of a cheaper drug of the same pharmacological group
    at least ``left_share_min`` of what it had lies unbilled, half the shortage or more: the cheap one was given, the dear one written.

    Stock and its reliability are reckoned as for drugs billed beyond purchase (``_stock.shortages``); another maker's product of the same drug
    is the matter of ``drug_maker_swapped``. A finding needs ``items_min`` such drugs whose shortage grew in ``months_growing_min`` months, and
    ``amount_fen_min``: a shortage here and a surplus there for a single pair is a mistake of the store-room. One finding an institution.
    An honest answer would be purchases of the one that the book lacks and expired packs of the other that it still holds.
    """
    mirrored = (pl.col("growing") >= p["months_growing_min"]) & pl.col("cheaper_left").is_not_null()
    short = shortages(t, p, left_share=p["left_share_min"]).filter(
        ~pl.col("is_pharmacy").fill_null(value=False) & ~pl.col("consumable") & ~pl.col("other_maker") & mirrored
    )
    enough = (pl.len().over("fixmedins_code") >= p["items_min"]) & (pl.col("short_fen").sum().over("fixmedins_code") >= p["amount_fen_min"])
    named = short.filter(enough).with_columns(hilist_name=filled("{}（同类低价药{}购进未结算）", "hilist_name", "cheaper_left"))
    return as_hits(named, "进销存显示同类低价药购进后未结算，而高价药")
