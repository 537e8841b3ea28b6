from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.surplus import surplus_lines
from features.tables import Tables


@feature(
    grain="surplus_purchase",
    title_zh="余量充足仍购药",
    title_en="Drugs bought while in hand",
    unit="fen",
    why="Drugs that nobody can have needed were bought for somebody else's money.",
    numerator="fees of drugs of which months were still in hand",
    denominator="the person's day at the institution",
    needs=("fee_list_d",),
    columns={"surplus_fen": "余量充足仍购药费(分)"},
    params=("days_in_hand", "days_min", "drugs_min", "times_calendar_min"),
    points_to=("drug_hoarding",),
)
def surplus_purchases(t: Tables, p: Params) -> pl.LazyFrame:
    """Purchases of persons who hoard, by day, institution and ordering physician (none at a pharmacy's till); ``door`` is the address as
    the lake keeps it, so that households can be told. See surplus_lines for who hoards.
    """
    doors = t.persons.select("psn_no", door="live_addr")
    return (
        surplus_lines(t, p)
        .join(doors, on="psn_no", how="left")
        .group_by("psn_no", "fixmedins_code", "date", pl.col("bilg_dr_code").alias("dr_code"), "door")
        .agg(surplus_fen=pl.col("fee_fen").sum())
    )
