from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_dialysis
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="住院医院无透析能力外送透析", title_en="Sent out for dialysis", keys=("stay_id",))
def dialysis_sent_out(t: Tables, p: Params) -> pl.LazyFrame:
    """A hospital without dialysis machines lawfully sends its in-patients to a dialysis unit: stays there are cleared.

    A hospital can dialyse when the machine register names it or when it bills dialysis itself.
    """
    del p
    able = t.lines.filter(t.of_item(is_dialysis(pl.col("hilist_code")))).select("fixmedins_code").unique()
    if t.has("dial_mach_b"):
        register = t.raw("dial_mach_b").filter(pl.col("mach_cnt").cast(pl.Float64) > 0).select("fixmedins_code")
        able = pl.concat([able, register]).unique()
    return t.stays.join(able, on="fixmedins_code", how="anti").select(pl.col("mdtrt_id").alias("stay_id"))
