from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_dialysis
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="透析诱导期", title_en="Dialysis induction", keys=("bkkp_sn",))
def dialysis_induction(t: Tables, p: Params) -> pl.LazyFrame:
    """A new patient begins with short sessions on consecutive days; the first ``induction_days`` after the first session are cleared.

    Whoever was on dialysis when the data begin is not new: the first session must lie more than ``induction_days`` after the
    beginning of the data. The beginning is that of the fee lines at hand.
    """
    lines = t.lines.filter(t.of_item(is_dialysis(pl.col("hilist_code")))).select("bkkp_sn", "psn_no", "date")
    start = t.lines.select(pl.col("date").min().alias("start"))
    days = f"{p['induction_days']}d"
    first = pl.col("date").min().over("psn_no")
    return (
        lines.with_columns(first=first)
        .join(start, how="cross")
        .filter((pl.col("first") > pl.col("start").dt.offset_by(days)) & (pl.col("date") < pl.col("first").dt.offset_by(days)))
        .select("bkkp_sn")
    )
