from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import BED_PREFIX
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, good_lines, resettled, stays_of_days, times


def _stays_with_beds(frames: Given, p: Params) -> pl.DataFrame:
    beds = good_lines(frames).filter(pl.col("hilist_code").str.starts_with(BED_PREFIX))
    return as_units(stays_of_days(frames, p["stay_days_min"]).join(beds.select("mdtrt_id").unique(), on="mdtrt_id", how="semi"), "mdtrt_id")


@plant(kind=Kind.DUPLICATE_CHARGE, title_zh="床位费加倍", unit_zh="住院", does_zh="每个床日的床位费在同一条明细里按两天收取", units=_stays_with_beds)
def bed_days_twice(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """Every bed day of the stay is charged twice in one line."""
    bed = pl.col("hilist_code").str.starts_with(BED_PREFIX) & (pl.col("det_item_fee_sumamt") > 0) & (pl.col("vali_flag").fill_null("1") != "0")
    hit = chosen(units, "mdtrt_id") & bed
    twice = times(frames["fee_list_d"], hit, 2)
    return {"fee_list_d": twice, "setl_d": resettled(twice, frames)}, cases_by(twice.filter(hit), "mdtrt_id")
