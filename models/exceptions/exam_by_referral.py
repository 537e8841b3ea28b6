from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful
from models.rules.inpatient._elsewhere import events_elsewhere


@lawful(title_zh="外出检查", title_en="Examination at another hospital", keys=("mdtrt_id", "date", "elsewhere"))
def exam_by_referral(t: Tables, p: Params) -> pl.LazyFrame:
    """A visit for tests only at a hospital of the same or a higher level: the ward sent its patient to equipment it has not got."""
    del p
    level = t.institutions.select(pl.col("fixmedins_code").alias("elsewhere"), pl.col("tier").alias("tier_there"))
    own = t.institutions.select("fixmedins_code", pl.col("tier").alias("tier_here"))
    stays = t.stays.select("mdtrt_id", "fixmedins_code").join(own, on="fixmedins_code", how="left")
    return (
        events_elsewhere(t)
        .filter(pl.col("tests_only"))
        .join(level, on="elsewhere", how="left")
        .join(stays, on="mdtrt_id", how="inner")
        .filter(pl.col("tier_there").fill_null("0") >= pl.col("tier_here").fill_null("0"))
        .select("mdtrt_id", "date", "elsewhere")
    )
