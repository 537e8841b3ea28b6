from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import DRUGS, TESTS, as_units, cases_by, chosen, good_lines, resettled, scaled, stays_of_days

OUTPATIENT = "11"


def _movable(frames: Given, p: Params) -> pl.DataFrame:
    """Drugs and tests of the inner days of stays, with the stay's begin and the number of the outpatient visit they would go to."""
    stays = stays_of_days(frames, p["stay_days_min"]).select("mdtrt_id", "begntime", "endtime")
    lines = good_lines(frames).filter((pl.col("list_type") == DRUGS) | pl.col("med_chrgitm_type").is_in(TESTS)).join(stays, on="mdtrt_id")
    day = pl.col("fee_ocur_time").dt.date()
    inner = lines.filter((day > pl.col("begntime").dt.date()) & (day < pl.col("endtime").dt.date()))
    return inner.with_columns(visit=filled("{}O{}", "mdtrt_id", day.dt.strftime("%j")))


def _stays(frames: Given, p: Params) -> pl.DataFrame:
    return as_units(_movable(frames, p), "mdtrt_id")


@plant(kind=Kind.COST_SHIFTING, title_zh="住院费用转门诊结算", unit_zh="住院", does_zh="住院患者的药品和检查按住院当天的门诊结算", units=_stays)
def billed_as_outpatient(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Drugs and tests given to an inpatient are billed as outpatient visits on the days of the stay."""
    moved = _movable(frames, p).filter(chosen(units, "mdtrt_id"))
    link = moved.select("bkkp_sn", "visit", stay="mdtrt_id")
    visits = frames["mdtrt_d"]
    opened = moved.group_by("visit", pl.col("mdtrt_id")).agg(time=pl.col("fee_ocur_time").min())
    new_visits = (
        visits.join(opened, on="mdtrt_id")
        .with_columns(
            mdtrt_id="visit", ipt_otp_no="visit", begntime="time", endtime=pl.col("time") + pl.duration(minutes=30), med_type=pl.lit(OUTPATIENT)
        )
        .with_columns(adm_bed=pl.lit(None, pl.String), dscg_way=pl.lit(None, pl.String), dscg_dept_codg=pl.lit(None, pl.String))
    )
    lines = (
        frames["fee_list_d"]
        .join(link, on="bkkp_sn", how="left")
        .with_columns(
            mdtrt_id=pl.coalesce("visit", "mdtrt_id"),
            setl_id=pl.coalesce(pl.col("visit") + "s", "setl_id"),
            med_type=pl.when(pl.col("visit").is_not_null()).then(pl.lit(OUTPATIENT)).otherwise("med_type"),
        )
        .select(frames["fee_list_d"].columns)
    )
    fees = frames["fee_list_d"].group_by("mdtrt_id").agg(all_fees=pl.col("det_item_fee_sumamt").sum().cast(pl.Float64))
    parts = (
        moved.group_by("visit", "mdtrt_id")
        .agg(part=pl.col("det_item_fee_sumamt").sum().cast(pl.Float64))
        .join(fees, on="mdtrt_id")
        .join(opened, on=["visit", "mdtrt_id"])
    )
    settled = frames["setl_d"].filter(pl.col("refd_setl_flag").fill_null("0") != "1")
    new_settled = scaled(settled.join(parts, on="mdtrt_id"), pl.col("part") / pl.col("all_fees")).with_columns(
        mdtrt_id="visit",
        setl_id=pl.col("visit") + "s",
        invono=pl.col("visit"),
        begndate=pl.col("time").dt.date(),
        enddate=pl.col("time").dt.date(),
        setl_time=pl.col("time") + pl.duration(minutes=30),
        med_type=pl.lit(OUTPATIENT),
    )
    tables = {
        "mdtrt_d": pl.concat([visits, new_visits.select(visits.columns)]),
        "setl_d": pl.concat([resettled(lines, frames), new_settled.select(frames["setl_d"].columns)]),
        "fee_list_d": lines,
    }
    shifted = lines.join(link.select("bkkp_sn", "stay"), on="bkkp_sn")
    return tables, cases_by(shifted, "stay").with_columns(mdtrt_id=pl.lit(None, pl.String))
