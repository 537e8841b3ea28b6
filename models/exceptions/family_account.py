from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="家庭共济账户购药", title_en="Purchase for the family from the personal account", keys=("mdtrt_id",))
def family_account(t: Tables, p: Params) -> pl.LazyFrame:
    """The personal account may be spent on drugs of a spouse, parent or child at a pharmacy, so age and sex of the card holder prove nothing.

    Cleared are pharmacy visits towards which the pooled fund (``hifp_pay``) paid nothing; what the pool paid is for the insured alone.
    """
    pooled = t.settlements.filter(pl.col("hifp_pay").cast(pl.Float64).fill_null(0.0) > 0).select("mdtrt_id").unique()
    return t.visits.filter(pl.col("med_type").str.starts_with("41")).select("mdtrt_id").join(pooled, on="mdtrt_id", how="anti")
