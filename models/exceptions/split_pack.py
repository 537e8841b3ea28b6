from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="拆零销售", title_en="Split pack", keys=("bkkp_sn",))
def split_pack(t: Tables, p: Params) -> pl.LazyFrame:
    """A pack opened and sold in parts bears one trace code for several buyers.

    Such lines show as a fraction of a unit, or at less than ``part_price_share`` of the item's usual unit price.
    """
    usual = pl.col("pric").median().over("hilist_code")
    return (
        t.lines.filter(t.of_item(pl.col("hilist_code").str.contains("^[XZT]")))
        .filter((pl.col("cnt") < 1) | (pl.col("pric") < usual * p["part_price_share"]))
        .select("bkkp_sn")
    )
