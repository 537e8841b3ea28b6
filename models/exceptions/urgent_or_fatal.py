from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="急诊入院、转出或死亡", title_en="Emergency, transfer out or death", keys=("mdtrt_id",))
def urgent_or_fatal(t: Tables, p: Params) -> pl.LazyFrame:
    """Who comes as an emergency is admitted on suspicion; who is sent on, leaves against advice or dies had no time to be treated."""
    del p
    urgent = pl.col("adm_way_code").is_in(["1", "3"]) | (pl.col("med_type").str.slice(0, 2) == "24")
    return t.stays.filter(urgent.fill_null(value=False) | pl.col("dscg_way").is_in(["2", "4", "5"]).fill_null(value=False)).select("mdtrt_id")
