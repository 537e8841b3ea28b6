from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful
from models.rules.inpatient._stays import stay_lines


@lawful(title_zh="新生儿床位", title_en="Newborn's bed", keys=("bkkp_sn",))
def newborn_bed(t: Tables, p: Params) -> pl.LazyFrame:
    """The newborn's cot is charged beside its mother's bed on her account."""
    del p
    return (
        stay_lines(t)
        .filter(t.of_item((pl.col("hilist_code") == "001109000010600") | pl.col("hilist_name").str.contains("新生儿床|婴儿床")))
        .select("bkkp_sn")
    )
