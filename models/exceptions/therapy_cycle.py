from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="放化疗、透析等周期治疗", title_en="Chemotherapy, radiotherapy and other cycles", keys=("mdtrt_id",))
def therapy_cycle(t: Tables, p: Params) -> pl.LazyFrame:
    """Chemotherapy, radiotherapy, immunotherapy (Z51), dialysis (Z49), rehabilitation (Z50) and follow-up of tumours come in planned courses.

    Shown by the main diagnosis, or by a malignant main diagnosis (C00–C97, D37–D48) treated in oncology, haematology or radiotherapy.
    """
    del p
    code, dept = pl.col("main_dx"), pl.col("adm_dept_name").fill_null("")
    tumour = code.str.contains(r"^(?:C\d|D3[7-9]|D4[0-8])") & dept.str.contains("肿瘤|血液|放疗|化疗")
    return t.stays.filter(code.str.contains(r"^(?:Z49|Z50|Z51|Z08|Z09)") | tumour).select("mdtrt_id")
