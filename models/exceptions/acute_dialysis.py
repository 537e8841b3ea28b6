from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_dialysis
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="住院期间及前后急性透析", title_en="Acute dialysis in hospital", keys=("bkkp_sn",))
def acute_dialysis(t: Tables, p: Params) -> pl.LazyFrame:
    """Dialysis as an in-patient follows the acute state (hyperkalaemia, fluid overload, poisoning), not a weekly plan: such lines are cleared."""
    del p
    return t.lines.filter(is_dialysis(pl.col("hilist_code")) & pl.col("inpatient")).select("bkkp_sn")
