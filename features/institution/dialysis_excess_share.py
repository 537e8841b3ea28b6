from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="透析超频占比",
    title_en="Excessive dialysis",
    unit="share",
    why="More than the body needs, closer than the body bears.",
    numerator="patient-months above month_max sessions, above week_max days in seven, with same-day or next-day sessions, or in bed elsewhere",
    denominator="patient-months with dialysis",
    needs=("fee_list_d",),
    facts=("person_month",),
    params=("month_max", "week_max"),
    source="two to three sessions a week (血液净化标准操作规程 2021); the month's limit is the city's",
    columns={"month": "月超次", "week": "周超次", "same_day": "同日多次", "next_day": "连日", "in_stay": "他院住院期间"},
    points_to=("dialysis_excess", "phantom_service"),
    universal=True,
)
def dialysis_excess_share(t: Tables, p: Params) -> pl.LazyFrame:
    """Shares of patient-months. Acute cases are dialysed daily by right, in wards: compare with peers and with inpatient stays."""
    sessions = pl.col("hd") + pl.col("hf") + pl.col("hdf")
    months = t.facts("person_month").filter(sessions > 0)
    members = {
        "month": sessions > p["month_max"],
        "week": pl.col("max_in_7_days") > p["week_max"],
        "same_day": pl.col("same_day_extra") > 0,
        "next_day": pl.col("next_day_sessions") > 0,
        "in_stay": pl.col("dialysis_in_stay_elsewhere") > 0,
    }
    return family(months, {name: (count_where(condition), pl.lit(1)) for name, condition in members.items()})
