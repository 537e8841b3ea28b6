from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, good_lines


def _visits(frames: Given, p: Params) -> pl.DataFrame:  # noqa: ARG001
    return as_units(good_lines(frames).drop_nulls("bilg_dr_code"), "mdtrt_id")


@plant(kind=Kind.DATA_QUALITY, title_zh="明细不填开单医师", unit_zh="就诊", does_zh="整次就诊的明细都不填开单医师", units=_visits)
def physician_left_out(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """Nobody is named as having ordered anything of the visit."""
    hit = chosen(units, "mdtrt_id")
    blank = frames["fee_list_d"].with_columns(bilg_dr_code=pl.when(hit).then(None).otherwise("bilg_dr_code"))
    return {"fee_list_d": blank}, cases_by(blank.filter(hit & (pl.col("det_item_fee_sumamt") > 0)), "mdtrt_id")
