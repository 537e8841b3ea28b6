from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._stock import as_hits, billed_by_item, shortages


@rule(
    title_zh="同通用名药品串换厂牌",
    title_en="Drug billed as another maker's",
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
        "unlisted_times_min",
        "months_growing_min",
        "items_min",
        "items_lasting_min",
        "amount_fen_min",
    ),
    exceptions=("refund",),
    extract=billed_by_item,
)
def drug_maker_swapped(t: Tables, p: Params) -> pl.LazyFrame:
    """A hospital bills drugs of makers it hardly ever bought from, while its stock book holds the same drugs of other makers.

    What was handed over is what was in stock; what was billed is another product, as a rule the dearer one. Stock and its
    reliability are reckoned as for drugs billed beyond purchase (``_stock.shortages``). A single drug is a wrong code in the
    catalogue; a finding needs ``items_min`` drugs, or ``items_lasting_min`` whose shortage grew month after month, and ``amount_fen_min``. One
    finding an institution. An honest answer would be a change of supplier whose deliveries the stock book booked under the old code.
    """
    short = shortages(t, p, unlisted_times=p["unlisted_times_min"]).filter(~pl.col("is_pharmacy").fill_null(value=False) & pl.col("other_maker"))
    worth = pl.col("short_fen").sum().over("fixmedins_code")
    lasting = pl.col("growing") >= p["months_growing_min"]
    several = pl.len().over("fixmedins_code") >= p["items_min"]
    enough = (several | (lasting.sum().over("fixmedins_code") >= p["items_lasting_min"])) & (worth >= p["amount_fen_min"])
    return as_hits(short.filter(enough), "进销存显示同通用名、同剂型其他厂牌在库，而按未购进（或购进不足）厂牌结算的药品")
