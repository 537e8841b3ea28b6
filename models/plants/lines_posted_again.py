from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_inpatient
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import SERVICES, as_units, cases_by, chosen, good_lines, with_more_lines


def _stays_with_services(frames: Given, p: Params) -> pl.DataFrame:  # noqa: ARG001
    return as_units(good_lines(frames).filter((pl.col("list_type") == SERVICES) & is_inpatient(pl.col("med_type"))), "mdtrt_id")


@plant(
    kind=Kind.DUPLICATE_CHARGE,
    title_zh="整日项目重复记账",
    unit_zh="住院",
    does_zh="住院某一天的全部诊疗服务项目换号再记一遍账，时间、数量、单价都一样",
    units=_stays_with_services,
)
def lines_posted_again(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """The service lines of one day of a stay are posted again under new numbers, with the same minute, quantity and price."""
    services = good_lines(frames).filter(chosen(units, "mdtrt_id") & (pl.col("list_type") == SERVICES))
    dated = services.with_columns(day=pl.col("fee_ocur_time").dt.date())
    fullest = dated.group_by("mdtrt_id", "day").len().sort("mdtrt_id", "len", "day", descending=[False, True, False])
    of_day = dated.join(fullest.unique("mdtrt_id", keep="first", maintain_order=True), on=["mdtrt_id", "day"], how="semi")
    again = of_day.drop("day").with_columns(bkkp_sn=pl.col("bkkp_sn") + "R")
    return with_more_lines(frames, again), cases_by(again, "mdtrt_id")
