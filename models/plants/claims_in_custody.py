from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._register import claims_after, middle_days, registered, regular_visitors


@plant(
    kind=Kind.DEAD_OR_CUSTODY_CLAIMS,
    title_zh="在押期间结算",
    unit_zh="常客",
    does_zh="参保人已被羁押，满30天后其凭证仍在本机构就诊购药",
    units=regular_visitors,
    needs=("cust_reg_d",),
)
def claims_in_custody(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """The person was in custody from well before the last visits, whose card went on being used; no face was seen since."""
    taken = middle_days(frames, units, p)
    tables, cases = claims_after(frames, taken, p)
    entry = taken.select("psn_no", begndate="day", enddate=pl.lit(None, pl.Date))
    return {**tables, "cust_reg_d": registered(frames["cust_reg_d"], entry)}, cases
