from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="康复疗程", title_en="Course of rehabilitation", keys=("mdtrt_id",))
def course_of_rehabilitation(t: Tables, p: Params) -> pl.LazyFrame:
    """After a stroke, an injury, a joint replacement or a palsy much therapy every day is the treatment; rehabilitation wards exist for it."""
    del p
    disease = r"^(?:I6[0-49]|G8[0-3]|S|T9|Z50|Z96|Z47|M96|G2[0]|G35|G61)"
    ward = pl.col("adm_dept_name").str.contains("康复|理疗").fill_null(value=False)
    return t.stays.filter(ward | pl.col("main_dx").str.contains(disease).fill_null(value=False)).select("mdtrt_id")
