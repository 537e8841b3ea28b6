from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="在床未识别占比",
    title_en="Patients in bed the terminals did not see",
    unit="share",
    why="Where terminals work, patients in bed are seen on most days.",
    numerator="patient-days in bed without a ward record, on days the terminals worked",
    denominator="patient-days in bed on those days",
    needs=("scene_rcd_d",),
    facts=("institution_day",),
    points_to=("bed_hanging", "fake_inpatient"),
    universal=True,
)
def unseen_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Only days with any ward record of the institution count, so that a house without terminals, or with broken ones, has no value.

    Coverage differs by ward; peers with terminals are few: read it together with other features.
    """
    working = t.facts("institution_day").filter((pl.col("ward_seen") > 0) & (pl.col("in_bed") > 0))
    return ratio(working, pl.col("in_bed") - pl.col("in_bed_seen"), pl.col("in_bed"))
