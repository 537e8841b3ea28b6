from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._stock import as_hits, billed_by_item, shortages


@rule(
    title_zh="药品结算数量超过购进",
    title_en="Drugs billed beyond purchase",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000202001000",
    legal_basis=("reg.15", "reg.38.4", "reg.40.3"),
    needs=("invt_chg_d", "fee_list_d"),
    params=(
        "book_items_min",
        "book_share_min",
        "book_share_complete",
        "units_short_min",
        "short_share_min",
        "items_min",
        "items_many",
        "items_many_share",
        "class_share_min",
        "months_growing_min",
        "lasting_share_min",
        "items_lasting_min",
        "left_share_min",
        "amount_fen_min",
    ),
    exceptions=("refund",),
    extract=billed_by_item,
    version="2",
)
def drugs_billed_beyond_purchase(t: Tables, p: Params) -> pl.LazyFrame:
    """A hospital bills more of its drugs than it ever had.

    Stock is what it opened with, bought and found, less what it sent back and lost, over the time of its stock book; only books
    that know most of what it bills count (see ``_stock.shortages``). Single items are bookkeeping; a finding needs ``items_min``
    items that make ``class_share_min`` of its drug money, or ``items_many`` items that are ``items_many_share`` of those it billed: lost
    delivery notes leave gaps in a few items here and there, not month after month: ``items_lasting_min`` items whose shortage grew in
    ``months_growing_min`` months to ``lasting_share_min`` of what it had are enough. Drugs that it holds from another maker were
    handed over from there: ``drug_maker_swapped`` reports them; where a cheaper drug of the group lies unbilled instead,
    ``drug_swapped_for_dearer`` does. One finding an institution. An honest answer would be purchases or transfers that the stock book lacks:
    delivery notes and invoices show them.
    """
    short = shortages(t, p, left_share=p["left_share_min"]).filter(
        ~pl.col("consumable") & ~pl.col("is_pharmacy").fill_null(value=False) & ~pl.col("other_maker")
    )
    lasting = (pl.col("growing") >= p["months_growing_min"]) & (pl.col("short") >= pl.col("available").fill_null(0.0) * p["lasting_share_min"])
    short = short.filter(~lasting | pl.col("cheaper_left").is_null())
    n, worth = pl.len().over("fixmedins_code"), pl.col("short_fen").sum().over("fixmedins_code")
    enough = ((n >= p["items_min"]) & (worth >= pl.col("class_fen") * p["class_share_min"])) | (
        (n >= p["items_many"]) & (n >= pl.col("class_items") * p["items_many_share"])
    )
    enough |= lasting.sum().over("fixmedins_code") >= p["items_lasting_min"]
    return as_hits(short.filter(enough & (worth >= p["amount_fen_min"])), "进销存显示药品")
