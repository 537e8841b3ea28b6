from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._stock import as_hits, billed_by_item, shortages


@rule(
    title_zh="药店结算药品无相应购进（串换）",
    title_en="Pharmacy sales without purchase",
    kind=Kind.ITEM_SWAP,
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
        "unlisted_times_min",
        "months_growing_min",
        "items_min",
        "items_many",
        "items_many_share",
        "class_share_min",
        "items_lasting_min",
        "class_share_lasting_min",
        "amount_fen_min",
    ),
    exceptions=("refund",),
    extract=billed_by_item,
)
def pharmacy_sales_without_purchase(t: Tables, p: Params) -> pl.LazyFrame:
    """A pharmacy settles drugs that it never bought in such numbers: other goods went over the counter in their name.

    As for hospitals, but what a pharmacy sells without buying is as a rule groceries, cosmetics or uncovered goods billed as dear
    drugs. A finding needs ``items_min`` items that make ``class_share_min`` of its sales, or ``items_many`` items that are
    ``items_many_share`` of those it billed: lost delivery notes leave gaps in a few items here and there. Items whose shortage grew month
    after month no lost note explains: ``items_lasting_min`` of them with ``class_share_lasting_min`` of its sales are enough.
    One finding a pharmacy.
    An honest answer would be deliveries from the chain's own warehouse that the stock book lacks.
    """
    short = shortages(t, p, unlisted_times=p["unlisted_times_min"]).filter(~pl.col("consumable") & pl.col("is_pharmacy"))
    n, worth = pl.len().over("fixmedins_code"), pl.col("short_fen").sum().over("fixmedins_code")
    lasting = pl.col("growing") >= p["months_growing_min"]
    n_lasting, worth_lasting = lasting.sum().over("fixmedins_code"), pl.col("short_fen").filter(lasting).sum().over("fixmedins_code")
    enough = (
        ((n >= p["items_min"]) & (worth >= pl.col("class_fen") * p["class_share_min"]))
        | ((n >= p["items_many"]) & (n >= pl.col("class_items") * p["items_many_share"]))
        | ((n_lasting >= p["items_lasting_min"]) & (worth_lasting >= pl.col("class_fen") * p["class_share_lasting_min"]))
    )
    return as_hits(short.filter(enough & (worth >= p["amount_fen_min"])), "进销存显示药店")
