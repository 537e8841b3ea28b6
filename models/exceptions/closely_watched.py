from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import INTENSIVE_BED, NURSING_INTENSIVE, NURSING_SPECIAL, is_blood_purification
from features.tables import Tables
from models.exception import lawful

#: rescue, blood matching (transfusion), interventions, operations and anaesthesia
ACUTE = r"^00(?:1202|26|32|33)"


@lawful(
    title_zh="抢救、重症、手术、输血、透析前后的复查", title_en="Controls around intensive care, operations and the like", keys=("mdtrt_id", "date")
)
def closely_watched(t: Tables, p: Params) -> pl.LazyFrame:
    """Who is operated on, dialysed, transfused, resuscitated or in intensive care is tested before and after, and by the hour: these days of a visit,
    the day before and the day after are cleared.
    """
    del p
    code = pl.col("hilist_code")
    intensive = code.str.slice(0, 11).is_in([item[:11] for item in (INTENSIVE_BED, NURSING_INTENSIVE, NURSING_SPECIAL)])
    acute = t.lines.filter(t.of_item(intensive | code.str.contains(ACUTE) | is_blood_purification(code))).select("mdtrt_id", "date").unique()
    around = [acute.with_columns(pl.col("date").dt.offset_by(by)) for by in ("-1d", "0d", "1d")]
    return pl.concat(around).unique()
