from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="医师超量接诊日占比",
    title_en="Days on which a physician saw too many",
    unit="share",
    why="Who sees more patients than a day has minutes lends the licence.",
    numerator="physician-days with more than day_max outpatients",
    denominator="physician-days with outpatients",
    needs=("fee_list_d",),
    facts=("physician_day",),
    params=("day_max",),
    points_to=("licence_rental", "phantom_service"),
    universal=True,
)
def physician_days_over(t: Tables, p: Params) -> pl.LazyFrame:
    """Persons with outpatient lines ordered by the physician on the day at the institution."""
    days = t.facts("physician_day").filter(pl.col("dr_outpatients") > 0)
    return ratio(days, count_where(pl.col("dr_outpatients") > p["day_max"]), pl.lit(1))
