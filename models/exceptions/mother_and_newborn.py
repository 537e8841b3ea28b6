from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="母婴同室合并记账", title_en="Newborn billed on the mother's record", keys=("mdtrt_id",))
def mother_and_newborn(t: Tables, p: Params) -> pl.LazyFrame:
    """Before a newborn is enrolled its care is billed on the mother's record: visits of maternity type or with an obstetric or newborn diagnosis."""
    maternal = pl.col("code").str.contains("^(?:O|P|Z37|Z38|Z39)")
    visits = t.visits.filter(pl.col("med_type").str.slice(0, 2).is_in(["51", "52"]) | pl.col("main_dx").str.contains("^(?:O|P|Z37|Z38|Z39)"))
    if not t.has("mdcs_fund_setl_list_diag_d"):
        return visits.select("mdtrt_id")
    listed = t.diagnoses.select("mdtrt_id", code="diag_code").filter(maternal).select("mdtrt_id")
    return pl.concat([visits.select("mdtrt_id"), listed]).unique()
