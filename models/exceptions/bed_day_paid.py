from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="按床日付费长期住院", title_en="Long stays paid by the bed-day", keys=("mdtrt_id",))
def bed_day_paid(t: Tables, p: Params) -> pl.LazyFrame:
    """Where the fund pays a rate a day (``hi_paymtd`` 5), closing an account and going on in the next brings no second payment."""
    del p
    return t.stays.filter(pl.col("hi_paymtd") == "5").select("mdtrt_id")
