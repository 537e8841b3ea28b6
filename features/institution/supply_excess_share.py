from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="药品供应超量占比",
    title_en="More days' supply than days",
    unit="share",
    why="Drugs for more days than the calendar has are sold on.",
    numerator="person-months in which one drug was supplied for more than days_max days; persons who collected at more than houses_max institutions",
    denominator="person-months with outpatient or pharmacy drugs",
    needs=("fee_list_d",),
    facts=("person_month",),
    params=("days_max", "houses_max"),
    columns={"days": "单药供应超量", "houses": "多机构购药"},
    points_to=("drug_hoarding",),
)
def supply_excess_share(t: Tables, p: Params) -> pl.LazyFrame:
    """Long prescriptions of up to twelve weeks are lawful; days_max lies beyond them."""
    months = t.facts("person_month").filter(pl.col("drug_fen") > 0)
    members = {"days": pl.col("max_supply_days") > p["days_max"], "houses": pl.col("institutions") > p["houses_max"]}
    return family(months, {name: (count_where(condition), pl.lit(1)) for name, condition in members.items()})
