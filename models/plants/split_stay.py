from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, scaled, stays_of_days

#: Ending of the numbers of the second half.
SECOND = "S"


def _long_stays(frames: Given, p: Params) -> pl.DataFrame:
    return as_units(stays_of_days(frames, p["stay_days_min"]), "mdtrt_id")


@plant(kind=Kind.SPLIT_STAY, title_zh="分解住院", unit_zh="住院", does_zh="住院中途在系统里办出院，第二天以同一疾病再办入院", units=_long_stays)
def split_stay(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """The patient is discharged on paper half-way and admitted again the next day for the same."""
    visits, settled, lines = frames["mdtrt_d"], frames["setl_d"], frames["fee_list_d"]
    days = (pl.col("endtime") - pl.col("begntime")).dt.total_days()
    half = visits.filter(chosen(units, "mdtrt_id")).select("mdtrt_id", cut=pl.col("begntime").dt.date() + pl.duration(days=days // 2))
    midnight = pl.col("cut").cast(pl.Datetime("us"))
    second_begin = midnight + pl.duration(days=1, hours=9)
    cut = visits.join(half, on="mdtrt_id", how="left")
    first = cut.with_columns(endtime=pl.when(pl.col("cut").is_null()).then("endtime").otherwise(midnight + pl.duration(hours=11)))
    second = cut.drop_nulls("cut").with_columns(
        pl.col("mdtrt_id", "ipt_otp_no") + SECOND, begntime=second_begin, endtime=pl.max_horizontal("endtime", second_begin)
    )
    late = (pl.col("fee_ocur_time").dt.date() > pl.col("cut")).fill_null(value=False)
    moved = lines.join(half, on="mdtrt_id", how="left").with_columns(late=late)
    new_lines = moved.with_columns(
        pl.when("late").then(pl.col(name) + SECOND).otherwise(pl.col(name)).alias(name) for name in ("mdtrt_id", "setl_id")
    ).select(lines.columns)
    amount = pl.col("det_item_fee_sumamt").cast(pl.Float64)
    later = moved.drop_nulls("cut").group_by("mdtrt_id").agg(later=amount.filter("late").sum() / amount.sum())
    begun = (
        settled.join(half, on="mdtrt_id", how="left")
        .join(later, on="mdtrt_id", how="left")
        .with_columns(pl.col("later").fill_nan(0.0).fill_null(0.0))
    )
    one = scaled(begun, 1 - pl.col("later")).with_columns(enddate=pl.coalesce("cut", "enddate"))
    two = scaled(begun.drop_nulls("cut"), pl.col("later")).with_columns(
        pl.col("mdtrt_id", "setl_id", "invono") + SECOND, begndate=pl.col("cut") + pl.duration(days=1)
    )
    tables = {
        "mdtrt_d": pl.concat([first.select(visits.columns), second.select(visits.columns)]),
        "setl_d": pl.concat([one.select(settled.columns), two.select(settled.columns)]),
        "fee_list_d": new_lines,
    }
    late_lines = new_lines.filter(pl.col("mdtrt_id").is_in((units["unit"] + SECOND).implode()))
    return tables, cases_by(late_lines, "mdtrt_id").with_columns(unit=pl.col("unit").str.strip_suffix(SECOND))
