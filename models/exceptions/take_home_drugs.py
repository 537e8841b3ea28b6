from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful
from models.rules.inpatient._stays import stay_lines


@lawful(title_zh="出院带药", title_en="Drugs to take home", keys=("bkkp_sn",))
def take_home_drugs(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs handed out for the days after discharge are dated on or just after it and are no treatment of a day in hospital.

    Shown by the delivery's own flag, or by drugs dated on the day of discharge or the day after.
    """
    del p
    after = (pl.col("role") == "drug") & (pl.col("date") >= pl.col("stay_end")) & (pl.col("date") <= pl.col("stay_end").dt.offset_by("1d"))
    return stay_lines(t).filter(pl.col("take_home") | after).select("bkkp_sn")
