from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful

#: multiple pregnancy, outcome of delivery other than one child, child of a multiple birth
_MULTIPLE = r"^(?:O30|O84|Z37\.[2-7]|Z38\.[3-8])"


@lawful(title_zh="多胎新生儿合并记账", title_en="Several newborns on one record", keys=("bkkp_sn",))
def several_newborns(t: Tables, p: Params) -> pl.LazyFrame:
    """Twins have two cots, are nursed twice and tested twice a day, all on their mother's record under one order: their items are cleared.

    The visit must bear a diagnosis of multiple pregnancy, birth or child.
    """
    del p
    visits = t.visits.filter(pl.col("main_dx").str.contains(_MULTIPLE)).select("mdtrt_id")
    if t.has("mdcs_fund_setl_list_diag_d"):
        visits = pl.concat([visits, t.diagnoses.filter(pl.col("diag_code").str.contains(_MULTIPLE)).select("mdtrt_id")]).unique()
    return t.lines.filter(t.of_item(pl.col("hilist_name").str.contains("新生儿|婴儿"))).join(visits, on="mdtrt_id", how="semi").select("bkkp_sn")
