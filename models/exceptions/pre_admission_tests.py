from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful
from models.rules.inpatient._stays import stay_lines


@lawful(title_zh="院前检查", title_en="Pre-admission tests", keys=("bkkp_sn",))
def pre_admission_tests(t: Tables, p: Params) -> pl.LazyFrame:
    """Tests done as an outpatient in the days before a planned admission may by city rule be settled with the stay."""
    days = (pl.col("stay_begn") - pl.col("date")).dt.total_days()
    return stay_lines(t).filter(pl.col("role").is_in(["lab", "exam"]) & (days > 0) & (days <= p["pre_admission_days"])).select("bkkp_sn")
