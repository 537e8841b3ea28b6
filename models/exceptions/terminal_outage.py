from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="识别终端故障", title_en="Terminal outage", keys=("fixmedins_code", "date"))
def terminal_outage(t: Tables, p: Params) -> pl.LazyFrame:
    """A face terminal that is out of order misses everybody: days on which it saw less than ``working_share_min`` of the billed persons are cleared.

    Reads what a presence rule extracted: ``fixmedins_code date psn_no seen``.
    """
    return (
        t.extracted.group_by("fixmedins_code", "date", "psn_no")
        .agg(pl.col("seen").any())
        .group_by("fixmedins_code", "date")
        .agg(pl.col("seen").mean().alias("share"))
        .filter(pl.col("share") < p["working_share_min"])
        .select("fixmedins_code", "date")
    )
