from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="同一医疗集团内执业", title_en="Practice within one organisation", keys=("dr_code",))
def one_organisation(t: Tables, p: Params) -> pl.LazyFrame:
    """A physician all of whose places are one organisation: a house and its branches, or branches of one parent.

    Work at a branch, or in a house led by one's own hospital, needs no leave for several sites. Whom the register gives no parent
    stands alone.
    """
    del p
    whole = t.institutions.select("fixmedins_code", organisation=pl.coalesce("prnt_medins_code", "fixmedins_code"))
    places = t.raw("dr_info_b").select("dr_code", fixmedins_code=pl.coalesce("medins_code", "main_pracins_no")).drop_nulls("fixmedins_code").unique()
    of_places = places.join(whole, on="fixmedins_code", how="left").with_columns(pl.coalesce("organisation", "fixmedins_code").alias("organisation"))
    return (
        of_places.group_by("dr_code")
        .agg(pl.col("organisation").n_unique(), pl.len().alias("places"))
        .filter((pl.col("organisation") == 1) & (pl.col("places") > 1))
        .select("dr_code")
    )
