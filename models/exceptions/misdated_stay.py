from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.once import once
from features.tables import Tables
from models.exception import lawful
from models.rules.inpatient._stays import stay_lines


@lawful(title_zh="住院起止时间登记有误", title_en="Misdated stay", keys=("mdtrt_id",))
def misdated_stay(t: Tables, p: Params) -> pl.LazyFrame:
    """When the discharge lies before the admission, or most of a stay's lines lie outside it, the registered dates are wrong, not the charges."""
    return _outside(t).filter(pl.col("turned") | (pl.col("share") >= p["misdated_share"])).select("mdtrt_id")


@once
def _outside(t: Tables) -> pl.LazyFrame:
    """The share of each stay's lines outside its dates, and whether these are turned round."""
    outside = (pl.col("date") < pl.col("stay_begn")) | (pl.col("date") > pl.col("stay_end"))
    return (
        stay_lines(t).group_by("mdtrt_id").agg(share=outside.fill_null(value=False).mean(), turned=(pl.col("stay_end") < pl.col("stay_begn")).any())
    )
