from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="超床位日占比",
    title_en="Days above the approved beds",
    unit="share",
    why="More patients than beds cannot all have lain there.",
    numerator="days with more patients in bed than approved beds",
    denominator="days with patients in bed",
    needs=("medins_info_b",),
    facts=("institution_day",),
    points_to=("fake_inpatient", "bed_hanging"),
)
def bed_days_over(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Census of all insured patients against approved beds.

    Houses without beds have no value. Corridor beds make some crowding lawful; the insured of one city are not all patients, so
    the census is a lower bound.
    """
    days = t.facts("institution_day").filter(pl.col("in_bed") > 0).join(t.institutions.select("fixmedins_code", "beds"), on="fixmedins_code")
    return ratio(days.filter(pl.col("beds") > 0), count_where(pl.col("in_bed") > pl.col("beds")), pl.lit(1))
