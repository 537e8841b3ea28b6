from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import (
    SERVICES,
    TREATMENT,
    as_units,
    cases_by,
    chosen,
    days_of,
    one_each,
    own_items,
    stays_of_days,
    with_more_lines,
    with_settlement,
)


def _therapies(frames: Given, p: Params) -> pl.DataFrame:
    """The treatments a house bills most often."""
    own = own_items(frames, (pl.col("list_type") == SERVICES) & (pl.col("med_chrgitm_type") == TREATMENT)).filter(
        pl.col("often") >= p["own_item_min"]
    )
    often = own.sort("fixmedins_code", "often", "hilist_code", descending=[False, True, False])
    return often.group_by("fixmedins_code", maintain_order=True).head(int(p["therapies"]))


def _stays(frames: Given, p: Params) -> pl.DataFrame:
    stays = stays_of_days(frames, p["stay_days_min"])
    return as_units(stays.join(_therapies(frames, p).select("fixmedins_code"), on="fixmedins_code", how="semi"), "mdtrt_id")


@plant(kind=Kind.PHANTOM_SERVICE, title_zh="每日虚记治疗", unit_zh="住院", does_zh="住院每一天（含周日）都记同样几项治疗，实际没有做", units=_stays)
def therapy_every_day(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """The same treatments are billed on every day of the stay, Sundays too; nobody gave them."""
    stays = with_settlement(frames, frames["mdtrt_d"].filter(chosen(units, "mdtrt_id")))
    every = days_of(stays, 9).select("mdtrt_id", "psn_no", "setl_id", "fixmedins_code", "med_type", "bilg_dr_code", "time")
    had = frames["fee_list_d"].select("mdtrt_id", "hilist_code", day=pl.col("fee_ocur_time").dt.date()).unique()
    given = one_each(_therapies(frames, p), every, "H").with_columns(day=pl.col("fee_ocur_time").dt.date())
    added = given.join(had, on=["mdtrt_id", "hilist_code", "day"], how="anti")
    return with_more_lines(frames, added), cases_by(added, "mdtrt_id")
