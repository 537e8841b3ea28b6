from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="医师日接诊峰值",
    title_en="A physician's fullest days",
    unit="person",
    why="A day has so many minutes; who sees more than they hold lends the licence.",
    numerator="outpatients a physician sees on the ninety-fifth percentile of physician-days",
    denominator="physician-days (as the number of observations)",
    needs=("fee_list_d",),
    facts=("physician_day",),
    params=("day_floor",),
    points_to=("licence_rental", "phantom_service"),
    log=True,
)
def physician_peak(t: Tables, p: Params) -> pl.LazyFrame:
    """Persons with outpatient lines ordered by the physician.

    Fewer than day_floor a day are taken as day_floor, since nobody is overworked by them. Batch prescriptions of chronic patients
    raise it by right.
    """
    days = t.facts("physician_day").filter(pl.col("dr_outpatients") > 0)
    return (
        days.group_by("fixmedins_code")
        .agg(numerator=pl.col("dr_outpatients").quantile(0.95, "nearest"), denominator=pl.len())
        .with_columns(value=pl.col("numerator").clip(lower_bound=p["day_floor"]))
    )
