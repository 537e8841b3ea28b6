from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="人脸识别为本人（登记有误）", title_en="Recognised in person: the registry errs", keys=("psn_no", "fixmedins_code", "date"))
def recognised_alive(t: Tables, p: Params) -> pl.LazyFrame:
    """A face terminal knew the person in that house on that day with a score of at least ``match_score_min``: he was there, whatever a registry
    of deaths or custody says. The registry is in error, or the terminal; the house is not accused on it.
    """
    if not t.has("scene_rcd_d"):
        return pl.LazyFrame(schema={"psn_no": pl.String, "fixmedins_code": pl.String, "date": pl.Date})
    return (
        t.raw("scene_rcd_d")
        .filter(pl.col("match_score").cast(pl.Float64) >= p["match_score_min"])
        .select("psn_no", "fixmedins_code", pl.col("begntime").dt.date().alias("date"))
        .unique()
    )
