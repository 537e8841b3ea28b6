from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="按日连续治疗", title_en="Treatment given day by day", keys=("mdtrt_id",))
def serial_treatment(t: Tables, p: Params) -> pl.LazyFrame:
    """Dialysis, physiotherapy, acupuncture, injections and dressings are given on many days of a month by their nature (``serial_codes``)."""
    return t.lines.filter(t.of_item(pl.col("hilist_code").str.contains(p["serial_codes"]))).select("mdtrt_id").unique()
