from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_dialysis
from features.tables import Tables
from models.exception import lawful

#: heart failure, lung oedema, acidosis, hyperkalaemia, fluid overload: what an extra session is lawfully given for
ACUTE_STATE = r"^(?:I50|J81|E87\.[257])"


@lawful(title_zh="住院期间及急症透析", title_en="Acute dialysis", keys=("bkkp_sn",))
def acute_dialysis(t: Tables, p: Params) -> pl.LazyFrame:
    """Dialysis as an in-patient follows the acute state (hyperkalaemia, fluid overload, poisoning), not a weekly plan: such lines are cleared.

    So are sessions of an outpatient visit whose main diagnosis is such a state (heart failure, lung oedema, acidosis, hyperkalaemia, fluid
    overload), of a person most of whose sessions are coded otherwise: who is coded so session after session has a plan like everybody.
    """
    del p
    sessions = t.lines.filter(t.of_item(is_dialysis(pl.col("hilist_code")))).select("bkkp_sn", "psn_no", "inpatient", "main_dx")
    acute = pl.col("main_dx").str.contains(ACUTE_STATE).fill_null(value=False)
    return sessions.filter(pl.col("inpatient") | (acute & (acute.mean().over("psn_no") < 0.5))).select("bkkp_sn")
