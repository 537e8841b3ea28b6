from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, copied, period, stays_of_days

AGAIN = "P"


def _stays(frames: Given, p: Params) -> pl.DataFrame:
    """Stays after which there is time for another before the delivery ends."""
    _, last = period(frames)
    stays = stays_of_days(frames, p["stay_days_min"])
    return as_units(stays.filter(pl.col("endtime") + pl.duration(days=int(p["paper_stay_days"])) <= last), "mdtrt_id")


@plant(
    kind=Kind.FAKE_INPATIENT,
    title_zh="凭旧病历虚构住院",
    unit_zh="住院",
    does_zh="患者真实住院一个半月后，用留下的凭证把同一次住院原样再结算一次，床上没有人",
    units=_stays,
)
def stay_billed_again(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Weeks after a real stay the same stay is billed again, line by line, with the card that was kept; nobody lies in the bed."""
    visits = frames["mdtrt_d"].filter(chosen(units, "mdtrt_id"))
    tables, lines = copied(frames, visits.select("mdtrt_id", new=pl.col("mdtrt_id") + AGAIN, days=pl.lit(int(p["paper_stay_days"]))))
    return tables, cases_by(lines, "mdtrt_id").with_columns(pl.col("unit").str.strip_suffix(AGAIN))
