from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful
from models.rules.inpatient._stays import stay_lines


@lawful(title_zh="出院后补记账", title_en="Late posting", keys=("bkkp_sn",))
def late_posting(t: Tables, p: Params) -> pl.LazyFrame:
    """Bookkeeping ends after the patient leaves: lines up to ``grace_days`` outside the stay are postings of its days."""
    grace = f"{p['grace_days']}d"
    early = pl.col("date") >= pl.col("stay_begn").dt.offset_by(f"-{grace}")
    late = pl.col("stay_end").is_null() | (pl.col("date") <= pl.col("stay_end").dt.offset_by(grace))
    return stay_lines(t).filter(early & late).select("bkkp_sn")
