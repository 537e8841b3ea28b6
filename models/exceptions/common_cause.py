from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="群体事件（事故、中毒、疫情）", title_en="A common cause", keys=("mdtrt_id",))
def common_cause(t: Tables, p: Params) -> pl.LazyFrame:
    """Accidents, poisonings and outbreaks bring neighbours to hospital together: injuries (S, T), infections of gut and airways, COVID-19.

    A bronchitis (J20–J22) that was admitted by appointment is no outbreak.
    """
    del p
    cause = r"^(?:S|T|A0|A[2-9]|B|J09|J1[0-8]|J2[0-2]|U07|K52|X4)"
    mild = pl.col("main_dx").str.contains(r"^J2[0-2]") & (pl.col("adm_way_code").fill_null("1") != "1")
    return t.stays.filter((pl.col("main_dx").str.contains(cause) & ~mild).fill_null(value=False)).select("mdtrt_id")
