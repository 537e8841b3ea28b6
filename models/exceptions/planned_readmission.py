from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="按计划再住院", title_en="Planned readmission", keys=("mdtrt_id",))
def planned_readmission(t: Tables, p: Params) -> pl.LazyFrame:
    """A stay that follows one whose settlement list announced a return within 31 days with its purpose (``rinp_pup``).

    The plan is written when the first stay is settled, not when the second needs an excuse; the purpose must be named.
    """
    del p
    ordered = t.stays.sort("psn_no", "begn_date", "mdtrt_id").with_columns(
        announced=(pl.col("rinp_pup").is_not_null() & (pl.col("dscg_31days_rinp_flag") == "1"))
        .shift(1)
        .over("psn_no", "fixmedins_code", order_by=["begn_date", "mdtrt_id"])
    )
    return ordered.filter(pl.col("announced")).select("mdtrt_id")
