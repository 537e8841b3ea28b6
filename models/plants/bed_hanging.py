from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import BED_PREFIX, INPATIENT_CONSULTATION, NURSING_PREFIX
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, resettled, stays_of_days, unseen


def _long_stays(frames: Given, p: Params) -> pl.DataFrame:
    return as_units(stays_of_days(frames, p["stay_days_min"]), "mdtrt_id")


@plant(
    kind=Kind.BED_HANGING,
    title_zh="挂床",
    unit_zh="住院",
    does_zh="入院头两天有检查治疗，之后只收床位、护理和诊查费，人已回家，病区没有人脸记录",
    units=_long_stays,
)
def bed_hanging(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """After the first days nothing but bed, nursing and rounds is charged: the patient is at home, and no face is seen on the ward."""
    home = pl.duration(days=int(p["present_days"]))
    visits = (
        frames["mdtrt_d"].filter(chosen(units, "mdtrt_id")).select(
            "mdtrt_id", "psn_no", "fixmedins_code", **{"from": pl.col("begntime").dt.truncate("1d") + home, "to": pl.col("endtime")}
        )
    )  # fmt: skip
    lines = frames["fee_list_d"].join(visits.select("mdtrt_id", "from"), on="mdtrt_id", how="left")
    code = pl.col("hilist_code")
    token = code.str.starts_with(BED_PREFIX) | code.str.starts_with(NURSING_PREFIX) | (code == INPATIENT_CONSULTATION)
    late = (pl.col("fee_ocur_time") >= pl.col("from")).fill_null(value=False)
    left = lines.filter(~late | token).drop("from")
    idle = lines.filter(late & token).drop("from")
    return {"fee_list_d": left, "setl_d": resettled(left, frames), **unseen(frames, visits)}, cases_by(idle, "mdtrt_id")
