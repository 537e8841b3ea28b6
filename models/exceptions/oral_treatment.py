from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful
from models.rules.inpatient._stays import ORAL_FORMS, role, stay_lines


@lawful(title_zh="口服药疗程覆盖", title_en="Oral treatment under way", keys=("mdtrt_id", "date"))
def oral_treatment(t: Tables, p: Params) -> pl.LazyFrame:
    """A pack of tablets dispensed one day treats the patient for the days that follow: no new line on them is no idleness.

    A pack covers its stated days (``prd_days``), or ``oral_cover_days`` where the delivery states one day or nothing.
    """
    days = pl.max_horizontal(pl.col("prd_days").fill_null(1).cast(pl.Int64), pl.lit(p["oral_cover_days"], pl.Int64))
    return (
        stay_lines(t)
        .filter(t.of_item((role() == "drug") & pl.col("hilist_code").str.slice(10, 1).is_in(ORAL_FORMS)) & ~pl.col("take_home"))
        .select("mdtrt_id", pl.date_ranges("date", pl.col("date") + pl.duration(days=days)).alias("date"))
        .explode("date")
        .unique()
    )
