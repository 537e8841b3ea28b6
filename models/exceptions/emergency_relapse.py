from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exception import lawful

#: heart failure, atrial fibrillation, chronic obstructive lung disease and asthma, cirrhosis, pancreatitis, chronic kidney disease, epilepsy
_RELAPSING = r"^(?:I50|I11\.0|I13|I48|J4[4-7]|K7[0-4]|K8[56]|N18|G40)"


@lawful(title_zh="易复发疾病急诊再入院", title_en="Emergency return with a relapsing disease", keys=("mdtrt_id",))
def emergency_relapse(t: Tables, p: Params) -> pl.LazyFrame:
    """Heart failure, chronic obstructive lung disease and other diseases that relapse by nature bring one patient in five back within a month:
    a return for such a disease that the settlement list or the kind of admission calls an emergency is cleared.
    """
    del p
    urgent = (pl.col("adm_way_code") == "1") | (pl.col("med_type").str.slice(0, 2) == "24")
    return t.stays.filter(urgent.fill_null(value=False) & pl.col("main_dx").str.contains(_RELAPSING).fill_null(value=False)).select("mdtrt_id")
