from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="转院转诊", title_en="Transfer", keys=("mdtrt_id",))
def transfer(t: Tables, p: Params) -> pl.LazyFrame:
    """A stay that the person was transferred into: said by the referral, by the way of admission, or by the earlier stay ending in transfer."""
    del p
    ordered = t.stays.sort("psn_no", "begn_date", "mdtrt_id").with_columns(
        sent=(pl.col("dscg_way") == "2").shift(1).over("psn_no", order_by=["begn_date", "mdtrt_id"])
    )
    return ordered.filter(pl.col("refl_old_mdtrt_id").is_not_null() | (pl.col("adm_way_code") == "3") | pl.col("sent")).select("mdtrt_id")
