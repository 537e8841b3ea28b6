from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import INTENSIVE_BED, NURSING_INTENSIVE, NURSING_SPECIAL
from features.tables import Tables
from models.exception import lawful


@lawful(title_zh="重症、婴幼儿、卧床患者", title_en="Patients who cannot walk to a terminal", keys=("mdtrt_id",))
def bound_to_bed(t: Tables, p: Params) -> pl.LazyFrame:
    """Intensive care, special nursing, infants, fractures of hip and leg, and strokes keep a patient away from the ward's face terminal."""
    del p
    code = pl.col("hilist_code").str.slice(0, 11)
    intensive = t.lines.filter(pl.col("inpatient") & t.of_item(code.is_in([c[:11] for c in (INTENSIVE_BED, NURSING_INTENSIVE, NURSING_SPECIAL)])))
    by_body = t.stays.filter((pl.col("age") < 3) | pl.col("main_dx").str.contains("^(?:S72|S82|S32|I6[0134]|G82|P)").fill_null(value=False))
    return pl.concat([intensive.select("mdtrt_id"), by_body.select("mdtrt_id")]).unique()
