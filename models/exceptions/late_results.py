from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful
from models.rules.inpatient._stays import stay_lines


@lawful(title_zh="检验病理迟报", title_en="Late laboratory and pathology results", keys=("bkkp_sn",))
def late_results(t: Tables, p: Params) -> pl.LazyFrame:
    """Cultures, pathology and tests sent to another laboratory are reported, and charged, days after the sample was taken in hospital."""
    days = (pl.col("date") - pl.col("stay_end")).dt.total_days()
    tests = pl.col("role").is_in(["lab", "exam"]) | (pl.col("etip_flag") == "1")
    return stay_lines(t).filter(tests & (days > 0) & (days <= p["result_days"])).select("bkkp_sn")
