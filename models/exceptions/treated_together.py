from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="同批次治疗患者", title_en="Treated together", keys=("mdtrt_id",))
def treated_together(t: Tables, p: Params) -> pl.LazyFrame:
    """Who is treated in shifts (dialysis, infusions, physiotherapy) comes with the same neighbours at the same hours, lawfully.

    Cleared are visits at which anything but drugs, registration, consultation, tests and pictures was billed: a blood count is no course.
    """
    del p
    code = pl.col("hilist_code")
    return t.lines.filter(t.of_item(~code.str.contains("^[XZT]") & ~code.str.contains("^00(?:11|2)"))).select("mdtrt_id").unique()
