from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="分期手术", title_en="Staged operation", keys=("mdtrt_id",))
def staged_operation(t: Tables, p: Params) -> pl.LazyFrame:
    """Both eyes, both joints, a stent and its removal: a stay with an operation after an earlier stay with one is a stage of the treatment.

    Shown by operating lines (item groups 32, 33) in both stays at the same institution.
    """
    del p
    code = pl.col("hilist_code")
    operated = t.lines.filter(pl.col("inpatient") & t.of_item(code.str.slice(0, 4).is_in(["0032", "0033"]) & ~code.str.starts_with("003301")))
    both = (
        t.stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date")
        .join(operated.select("mdtrt_id", operated=pl.lit(value=True)).unique(), on="mdtrt_id", how="left")
        .with_columns(before=pl.col("operated").shift(1).over("psn_no", "fixmedins_code", order_by=["begn_date", "mdtrt_id"]))
    )
    return both.filter(pl.col("operated") & pl.col("before")).select("mdtrt_id")
