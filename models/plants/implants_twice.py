from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._implants import implant_lines
from models.plants._tables import as_units, cases_by, chosen, resettled, times


def _stays(frames: Given, p: Params) -> pl.DataFrame:
    return as_units(implant_lines(frames, p), "mdtrt_id")


@plant(
    kind=Kind.IMPLANT_EXCESS,
    title_zh="高值耗材数量虚增",
    unit_zh="使用高值耗材的住院",
    does_zh="实际植入一件，按三件收费，手术和进货都没有变",
    units=_stays,
)
def implants_twice(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Three times as many implants are billed as were put in; stock and operation are as they were."""
    mine = implant_lines(frames, p).filter(chosen(units, "mdtrt_id"))
    hit = pl.col("bkkp_sn").is_in(mine["bkkp_sn"].implode())
    more = times(frames["fee_list_d"], hit, int(p["implant_times"]))
    return {"fee_list_d": more, "setl_d": resettled(more, frames)}, cases_by(more.filter(hit), "mdtrt_id")
