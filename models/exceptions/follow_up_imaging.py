from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="病情需要的影像复查", title_en="Imaging that must be repeated", keys=("mdtrt_id",))
def follow_up_imaging(t: Tables, p: Params) -> pl.LazyFrame:
    """Strokes, bleeding, head and other injuries, pancreatitis, ileus, pregnancy and newborns are followed by imaging every few days; so are
    patients in intensive care and after an operation in the same stay. An effusion, pneumothorax, respiratory failure, ileus, pancreatitis,
    bleeding in the head or injury is followed as well when it is not the main diagnosis but another of the settlement list.
    """
    del p
    disease = r"^(?:I6|I71|S|T|K56|K85|K92|O|P|Z3|C71|G0|J9[0346]|N13|N20|C|D3[7-9]|D4)"
    by_disease = t.visits.filter(pl.col("main_dx").str.contains(disease).fill_null(value=False))
    code = pl.col("hilist_code")
    by_course = t.lines.filter(
        pl.col("inpatient")
        & t.of_item(code.str.slice(0, 4).is_in(["0032", "0033"]) | code.str.starts_with("00110900003") | code.str.starts_with("00120100001"))
    )
    clearing = [by_disease.select("mdtrt_id"), by_course.select("mdtrt_id")]
    if t.has("mdcs_fund_setl_list_diag_d"):
        beside = r"^(?:I6[0-3]|I71|S|K56|K85|J9[0346])"
        clearing.append(t.diagnoses.filter(pl.col("diag_code").str.contains(beside)).select("mdtrt_id"))
    return pl.concat(clearing).unique()
