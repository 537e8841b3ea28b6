from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="退费冲正", title_en="Refund", keys=("bkkp_sn",))
def refund(t: Tables, p: Params) -> pl.LazyFrame:
    """A line that was taken back by a negative line naming it was never paid for in the end; it is evidence of nothing.

    The prepared tables already leave such lines out (features.tables); the unit names them for what works on raw lines.
    """
    del p
    return t.raw("fee_list_d").filter(pl.col("init_feedetl_sn").is_not_null()).select(pl.col("init_feedetl_sn").alias("bkkp_sn")).unique()
