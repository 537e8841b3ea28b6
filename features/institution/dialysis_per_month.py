from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="人均月透析次数",
    title_en="Dialysis sessions a patient-month",
    unit="session",
    why="Two to three sessions a week make eight to fourteen a month; more were not given or not needed.",
    numerator="sessions",
    denominator="patient-months with at least sessions_min sessions, i.e. of patients on regular dialysis here",
    needs=("fee_list_d",),
    facts=("person_month",),
    params=("sessions_min",),
    points_to=("dialysis_excess",),
    universal=True,
)
def dialysis_per_month(t: Tables, p: Params) -> pl.LazyFrame:
    """Months with fewer sessions (trial, transfer, death) are left out on both sides."""
    regular = (
        t.facts("person_month").with_columns(sessions=pl.col("hd") + pl.col("hf") + pl.col("hdf")).filter(pl.col("sessions") >= p["sessions_min"])
    )
    return ratio(regular, pl.col("sessions"), pl.lit(1))
