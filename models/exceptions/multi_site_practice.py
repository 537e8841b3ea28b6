from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="已登记的多点执业", title_en="Registered multi-site practice", keys=("dr_code",))
def multi_site_practice(t: Tables, p: Params) -> pl.LazyFrame:
    """A physician whose register entry grants practice at several sites (``mul_prac_flag`` 1 in any row) lawfully works at more than one."""
    del p
    return t.raw("dr_info_b").filter(pl.col("mul_prac_flag") == "1").select("dr_code").unique()
