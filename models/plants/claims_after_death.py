from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._register import claims_after, middle_days, registered, regular_visitors


@plant(
    kind=Kind.DEAD_OR_CUSTODY_CLAIMS,
    title_zh="死亡后结算",
    unit_zh="常客",
    does_zh="参保人已死亡，死亡登记满30天后其凭证仍在本机构就诊购药",
    units=regular_visitors,
    needs=("die_reg_d",),
)
def claims_after_death(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """The person died well before the last visits, whose card went on being used; no face was seen after death."""
    died = middle_days(frames, units, p)
    register = frames["die_reg_d"]
    source = register["data_src"].mode().sort().first() if register.height else "1"
    tables, cases = claims_after(frames, died, p)
    return {**tables, "die_reg_d": registered(register, died.select("psn_no", die_date="day", data_src=pl.lit(source)))}, cases
