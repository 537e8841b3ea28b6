from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import (
    SERVICES,
    TESTS,
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


def _panel(frames: Given, p: Params) -> pl.DataFrame:
    """The tests a house bills often enough to have them, dearest first."""
    tests = own_items(frames, (pl.col("list_type") == SERVICES) & pl.col("med_chrgitm_type").is_in(TESTS)).filter(
        pl.col("often") >= p["own_item_min"]
    )
    return tests.sort("fixmedins_code", "pric", "hilist_code", descending=[False, True, False]).group_by("fixmedins_code", maintain_order=True).head(
        int(p["panel_items"])
    )  # fmt: skip


def _not_had(frames: Given, p: Params) -> pl.DataFrame:
    """Stays with the tests of their house's panel that they have not had: ``mdtrt_id hilist_code fixmedins_code``."""
    wanted = (
        stays_of_days(frames, 1)
        .select("mdtrt_id", "fixmedins_code")
        .join(_panel(frames, p).select("fixmedins_code", "hilist_code"), on="fixmedins_code")
    )
    return wanted.join(frames["fee_list_d"].select("mdtrt_id", "hilist_code").unique(), on=["mdtrt_id", "hilist_code"], how="anti")


def _stays(frames: Given, p: Params) -> pl.DataFrame:
    return as_units(_not_had(frames, p), "mdtrt_id")


@plant(
    kind=Kind.OVER_TREATMENT, title_zh="人人套餐检查", unit_zh="住院", does_zh="凡住院者入院当天都加做本院最贵的几项检查检验，不问病情", units=_stays
)
def panel_for_everybody(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Whoever is admitted gets the house's dearest tests on the first day, whatever the disease."""
    stays = with_settlement(frames, frames["mdtrt_d"].filter(chosen(units, "mdtrt_id")))
    first = days_of(stays, 10).sort("mdtrt_id", "day").unique("mdtrt_id", keep="first", maintain_order=True)
    panel = one_each(_panel(frames, p), first.select("mdtrt_id", "psn_no", "setl_id", "fixmedins_code", "med_type", "bilg_dr_code", "time"), "T")
    added = panel.join(_not_had(frames, p), on=["mdtrt_id", "hilist_code"], how="semi")
    return with_more_lines(frames, added), cases_by(added, "mdtrt_id")
