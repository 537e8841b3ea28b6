from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="门诊慢特病及特殊药品处方", title_en="Chronic-disease and special-drug prescription", keys=("mdtrt_id",))
def chronic_prescription(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient chronic-disease visits and special-drug dispensing (``med_type`` 14, 15) have their own pools and go on beside any other care."""
    del p
    return t.visits.filter(pl.col("med_type").str.slice(0, 2).is_in(["14", "15"])).select("mdtrt_id")
