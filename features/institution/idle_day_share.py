from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="无诊疗天数占比",
    title_en="Share of idle days",
    unit="share",
    why="Patients who are not there get no treatment; bed and nursing fees accrue all the same.",
    numerator="idle days of all stays",
    denominator="days of stay",
    needs=("fee_list_d",),
    facts=("stay",),
    points_to=("bed_hanging", "fake_inpatient"),
)
def idle_day_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Days without care over all days in bed. Nursing homes and hospices are quiet by right; peers of the same type show it."""
    return ratio(t.facts("stay"), pl.col("idle_days"), pl.col("stay_days"))
