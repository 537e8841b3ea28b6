from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._implants import implant_lines
from models.plants._tables import (
    as_units,
    cases_by,
    chosen,
    days_of,
    one_each,
    stays_of_days,
    with_more_lines,
    with_settlement,
    without_operation,
)


def _implants(frames: Given, p: Params) -> pl.DataFrame:
    """Of each house the implant it bills most."""
    own = implant_lines(frames, p).with_columns(often=pl.len().over("fixmedins_code", "hilist_code"))
    ordered = own.sort("fixmedins_code", "often", "hilist_code", "bkkp_sn", descending=[False, True, False, False])
    return ordered.unique("fixmedins_code", keep="first", maintain_order=True).drop("often")


def _stays(frames: Given, p: Params) -> pl.DataFrame:
    """Stays without any operation at houses that use implants."""
    stays = stays_of_days(frames, 3).join(_implants(frames, p).select("fixmedins_code"), on="fixmedins_code", how="semi")
    return as_units(without_operation(frames, stays), "mdtrt_id")


@plant(kind=Kind.IMPLANT_EXCESS, title_zh="未手术而虚记植入耗材", unit_zh="未手术的住院", does_zh="没有手术的住院记上一件植入耗材", units=_stays)
def implants_for_nobody(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """An implant is billed in a stay in which nobody was operated on."""
    stays = with_settlement(frames, frames["mdtrt_d"].filter(chosen(units, "mdtrt_id")))
    second = (
        days_of(stays, 15)
        .sort("mdtrt_id", "day")
        .group_by("mdtrt_id", maintain_order=True)
        .head(2)
        .unique("mdtrt_id", keep="last", maintain_order=True)
    )
    at = second.select("mdtrt_id", "psn_no", "setl_id", "fixmedins_code", "med_type", "bilg_dr_code", "time")
    added = one_each(_implants(frames, p), at, "M")
    return with_more_lines(frames, added), cases_by(added, "mdtrt_id")
