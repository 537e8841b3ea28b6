from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="此后人脸识别为本人（死亡登记有误）", title_en="Recognised later: the death is an error", keys=("bkkp_sn",))
def recognised_later(t: Tables, p: Params) -> pl.LazyFrame:
    """A face terminal of any house knew the person on a later day with a score of at least ``match_score_min``: he was alive when the line was
    booked, whatever the registry of deaths says.
    """
    if not t.has("scene_rcd_d"):
        return pl.LazyFrame(schema={"bkkp_sn": pl.String})
    seen = (
        t.raw("scene_rcd_d")
        .filter(pl.col("match_score").cast(pl.Float64) >= p["match_score_min"])
        .group_by("psn_no")
        .agg(pl.col("begntime").dt.date().max().alias("seen"))
    )
    registered = t.lines.join(t.raw("die_reg_d"), on="psn_no", how="semi")
    return registered.join(seen, on="psn_no", how="inner").filter(pl.col("seen") > pl.col("date")).select("bkkp_sn")
