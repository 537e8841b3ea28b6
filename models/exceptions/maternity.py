from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="孕产及新生儿", title_en="Maternity and newborns", keys=("mdtrt_id",))
def maternity(t: Tables, p: Params) -> pl.LazyFrame:
    """Threatened labour, delivery, childbed and the newborn bring several short stays that nobody can plan."""
    del p
    by_type = pl.col("med_type").str.slice(0, 2).is_in(["51", "52"])
    return t.stays.filter(by_type | pl.col("main_dx").str.contains("^(?:O|P|Z3[3-9])").fill_null(value=False)).select("mdtrt_id")
