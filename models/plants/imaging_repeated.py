from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_inpatient, item_group
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, good_lines, stays_of_days, with_more_lines

IMAGING = "21"


def _imaged(frames: Given, p: Params) -> pl.DataFrame:
    """Imaging lines of stays long enough for a repetition."""
    stays = stays_of_days(frames, p["stay_days_min"]).select("mdtrt_id")
    return good_lines(frames).filter(item_group(pl.col("hilist_code")) == IMAGING).join(stays, on="mdtrt_id", how="semi")


def _stays(frames: Given, p: Params) -> pl.DataFrame:
    return as_units(_imaged(frames, p).filter(is_inpatient(pl.col("med_type"))), "mdtrt_id")


@plant(
    kind=Kind.OVER_TREATMENT,
    title_zh="短期重复影像检查",
    unit_zh="做过影像检查的住院",
    does_zh="住院做过的影像检查，两天后一律再做一遍",
    units=_stays,
)
def imaging_repeated(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Every CT or MRI of the stay is done again two days later, whatever the first one showed."""
    again = (
        _imaged(frames, p)
        .filter(chosen(units, "mdtrt_id"))
        .with_columns(bkkp_sn=pl.col("bkkp_sn") + "I", fee_ocur_time=pl.col("fee_ocur_time") + pl.duration(days=2))
    )
    return with_more_lines(frames, again), cases_by(again, "mdtrt_id")
