from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="夜间与周日就诊占比",
    title_en="Visits at odd hours",
    unit="share",
    why="Invented visits are entered when nobody is there.",
    numerator="outpatient visits begun at night; on Sundays",
    denominator="outpatient visits with a time",
    needs=("fee_list_d",),
    facts=("institution_month",),
    columns={"night": "夜间", "sunday": "周日"},
    points_to=("phantom_service", "impersonation"),
)
def odd_hours_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Emergency visits are left out. Clinics with evening hours are like their peers."""
    timed = pl.col("timed_visits")
    return family(t.facts("institution_month"), {"night": (pl.col("night_visits"), timed), "sunday": (pl.col("sunday_visits"), timed)})
