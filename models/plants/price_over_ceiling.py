from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, good_lines, repriced, resettled


def _capped_lines(frames: Given, p: Params) -> pl.DataFrame:  # noqa: ARG001 - every plant takes (frames, parameters)
    return as_units(good_lines(frames).filter((pl.col("pric_uplmt_amt") > 0) & (pl.col("inscp_amt") > 0)), "bkkp_sn")


@plant(
    kind=Kind.OVERPRICING,
    title_zh="超限价收费",
    unit_zh="有限价的收费明细",
    does_zh="有最高限价的项目按高于限价两成收费，数量不变",
    units=_capped_lines,
)
def price_over_ceiling(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Lines with a ceiling are charged above it, the quantity as it was."""
    hit = chosen(units, "bkkp_sn")
    dear = repriced(frames["fee_list_d"], hit, pl.col("pric_uplmt_amt").cast(pl.Float64) * p["over_ceiling_ratio"])
    return {"fee_list_d": dear, "setl_d": resettled(dear, frames)}, cases_by(dear.filter(hit), "bkkp_sn")
