from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="病情需要的影像复查", title_en="Imaging that must be repeated", keys=("mdtrt_id",))
def follow_up_imaging(t: Tables, p: Params) -> pl.LazyFrame:
    """Strokes, bleeding, head and other injuries, pancreatitis, ileus, pregnancy and newborns are followed by imaging every few days; so are
    patients in intensive care and after an operation in the same stay.
    """
    del p
    disease = r"^(?:I6|I71|S|T|K56|K85|K92|O|P|Z3|C71|G0|J9[0346]|N13|N20|C|D3[7-9]|D4)"
    by_disease = t.visits.filter(pl.col("main_dx").str.contains(disease).fill_null(value=False))
    code = pl.col("hilist_code")
    by_course = t.lines.filter(
        pl.col("inpatient")
        & (code.str.slice(0, 4).is_in(["0032", "0033"]) | code.str.starts_with("00110900003") | code.str.starts_with("00120100001"))
    )
    return pl.concat([by_disease.select("mdtrt_id"), by_course.select("mdtrt_id")]).unique()
