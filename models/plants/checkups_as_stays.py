from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import BED_PREFIX, INPATIENT_CONSULTATION, NURSING_PREFIX
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
    outpatient_visits,
    own_items,
    with_more_lines,
    with_settlement,
)

INPATIENT, OUTPATIENT = "21", "11"
HOTEL = (
    pl.col("hilist_code").str.starts_with(BED_PREFIX)
    | pl.col("hilist_code").str.starts_with(NURSING_PREFIX)
    | (pl.col("hilist_code") == INPATIENT_CONSULTATION)
)


def _hotel(frames: Given) -> pl.DataFrame:
    """One bed, one grade of nursing and the consultation of each house, its most used ones."""
    own = own_items(frames, HOTEL).with_columns(part=pl.col("hilist_code").str.slice(0, 8))
    ordered = own.sort("fixmedins_code", "part", "often", "hilist_code", descending=[False, False, True, False])
    return ordered.unique(["fixmedins_code", "part"], keep="first", maintain_order=True).drop("part")


def _checkup(frames: Given, p: Params) -> pl.DataFrame:
    tests = own_items(frames, (pl.col("list_type") == SERVICES) & pl.col("med_chrgitm_type").is_in(TESTS)).filter(
        pl.col("often") >= p["own_item_min"]
    )
    ordered = tests.sort("fixmedins_code", "often", "hilist_code", descending=[False, True, False])
    return ordered.group_by("fixmedins_code", maintain_order=True).head(int(p["checkup_tests"]))


def _visits(frames: Given, p: Params) -> pl.DataFrame:
    """Visits to a clinic of a house with beds and tests, with a diagnosis."""
    able = _hotel(frames).filter(pl.col("hilist_code").str.starts_with(BED_PREFIX)).select("fixmedins_code")
    visits = outpatient_visits(frames).filter((pl.col("med_type") == OUTPATIENT) & pl.col("dscg_maindiag_code").is_not_null())
    tested = visits.join(able, on="fixmedins_code", how="semi").join(_checkup(frames, p).select("fixmedins_code"), on="fixmedins_code", how="semi")
    # who is admitted for a check-up is not in hospital, and comes once
    free = tested.sort("begntime", "mdtrt_id").unique(["psn_no", "fixmedins_code"], keep="first", maintain_order=True)
    return as_units(free, "mdtrt_id")


@plant(
    kind=Kind.LOW_THRESHOLD_ADMISSION,
    title_zh="门诊患者收住院做体检",
    unit_zh="门诊就诊",
    does_zh="来看门诊的人被收住院三天，从头到脚做检查，几乎不治疗",
    units=_visits,
)
def checkups_as_stays(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """A patient who came to the clinic is kept for some days in which he is examined from head to foot and hardly treated."""
    hit = chosen(units, "mdtrt_id")
    days = pl.duration(days=int(p["checkup_days"]))
    visits = frames["mdtrt_d"].with_columns(
        med_type=pl.when(hit).then(pl.lit(INPATIENT)).otherwise("med_type"),
        endtime=pl.when(hit).then(pl.col("begntime") + days).otherwise("endtime"),
        adm_bed=pl.when(hit).then(pl.lit("+1")).otherwise("adm_bed"),
        dscg_dept_codg=pl.when(hit).then("adm_dept_codg").otherwise("dscg_dept_codg"),
        dscg_way=pl.when(hit).then(pl.lit("1")).otherwise("dscg_way"),
    )
    settled = frames["setl_d"].with_columns(
        med_type=pl.when(hit).then(pl.lit(INPATIENT)).otherwise("med_type"),
        enddate=pl.when(hit).then(pl.col("begndate") + days).otherwise("enddate"),
        setl_time=pl.when(hit).then(pl.col("setl_time") + days).otherwise("setl_time"),
    )
    lines = frames["fee_list_d"].with_columns(med_type=pl.when(hit).then(pl.lit(INPATIENT)).otherwise("med_type"))
    now: Frames = {**frames, "mdtrt_d": visits, "setl_d": settled, "fee_list_d": lines}
    stays = with_settlement(now, visits.filter(hit))
    columns = ["mdtrt_id", "psn_no", "setl_id", "fixmedins_code", "med_type", "bilg_dr_code", "time"]
    every = days_of(stays, 8)
    first = every.sort("mdtrt_id", "day").unique("mdtrt_id", keep="first", maintain_order=True)
    added = pl.concat([one_each(_hotel(frames), every.select(columns), "B"), one_each(_checkup(frames, p), first.select(columns), "T")])
    tables = with_more_lines(now, added)
    cases = cases_by(tables["fee_list_d"].filter(hit & (pl.col("det_item_fee_sumamt") > 0)), "mdtrt_id")
    return {**tables, "mdtrt_d": visits}, cases
