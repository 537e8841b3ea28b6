from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="手术操作及日间诊疗", title_en="Operations and day procedures", keys=("mdtrt_id",))
def day_procedure(t: Tables, p: Params) -> pl.LazyFrame:
    """A short stay around an operation, an intervention, an anaesthesia or an endoscopic removal is what the stay was for; day surgery (28) too."""
    del p
    code = pl.col("hilist_code")
    done = t.lines.filter(pl.col("inpatient") & t.of_item(code.str.slice(0, 4).is_in(["0032", "0033"]) | (pl.col("med_chrgitm_type") == "06")))
    by_list = t.operations.select("mdtrt_id")
    by_type = t.stays.filter(pl.col("med_type").str.slice(0, 2) == "28").select("mdtrt_id")
    return pl.concat([done.select("mdtrt_id"), by_list, by_type]).unique()
