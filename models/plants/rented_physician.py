from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, good_lines


def _names(frames: Given) -> pl.DataFrame:
    """``fixmedins_code rented``: for each house the physician of another one, without leave for several sites, whose name it rents."""
    register = frames["dr_info_b"].filter((pl.col("mul_prac_flag").fill_null("0") != "1") & pl.col("nemp_time").is_null())
    ordered = good_lines(frames).drop_nulls("bilg_dr_code")
    busy = ordered.group_by("bilg_dr_code").len("n").join(register.select(bilg_dr_code="dr_code", place="medins_code").unique(), on="bilg_dr_code")
    pool = busy.sort("n", "bilg_dr_code", descending=[True, False]).unique("place", keep="first", maintain_order=True).sort("bilg_dr_code")
    houses = ordered.select("fixmedins_code").unique().sort("fixmedins_code")
    if pool.height < 2:
        return houses.clear().with_columns(rented=pl.lit(None, pl.String))
    # the next physician in the list who is not one of the house's own
    turn = pl.int_range(pl.len()) % pool.height
    pairs = houses.with_columns(turn=turn).join(pool.with_row_index("at").with_columns(pl.col("at").cast(pl.Int64)), how="cross")
    strangers = pairs.filter(pl.col("place") != pl.col("fixmedins_code")).with_columns(after=(pl.col("at") - pl.col("turn")) % pool.height)
    nearest = strangers.sort("fixmedins_code", "after").unique("fixmedins_code", keep="first", maintain_order=True)
    return nearest.select("fixmedins_code", rented="bilg_dr_code")


def _visits(frames: Given, p: Params) -> pl.DataFrame:  # noqa: ARG001
    """Visits with a physician, at houses that order through registered ones."""
    lines = good_lines(frames).drop_nulls("bilg_dr_code")
    return as_units(lines.join(_names(frames), on="fixmedins_code", how="semi"), "mdtrt_id")


@plant(
    kind=Kind.LICENCE_RENTAL,
    title_zh="借外院医师名义开单（挂证）",
    unit_zh="就诊",
    does_zh="以在别家机构执业、从不到场的医师名义开单",
    units=_visits,
    needs=("dr_info_b",),
)
def rented_physician(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """Orders go in the name of a physician who works at another institution and never comes here."""
    hit = chosen(units, "mdtrt_id")
    names = _names(frames)
    lines = frames["fee_list_d"].join(names, on="fixmedins_code", how="left")
    signed = lines.with_columns(bilg_dr_code=pl.when(hit & pl.col("bilg_dr_code").is_not_null()).then("rented").otherwise("bilg_dr_code")).drop(
        "rented"
    )
    visits = frames["mdtrt_d"].join(names, on="fixmedins_code", how="left")
    led = visits.with_columns(chfpdr_code=pl.when(hit & pl.col("chfpdr_code").is_not_null()).then("rented").otherwise("chfpdr_code")).drop("rented")
    named = signed.filter(hit & pl.col("bilg_dr_code").is_not_null())
    return {"fee_list_d": signed, "mdtrt_d": led}, cases_by(named, "mdtrt_id")
