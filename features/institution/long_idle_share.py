from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="长时间无诊疗住院占比",
    title_en="Stays with a long idle run",
    unit="share",
    why="One quiet day happens; days on end without any care mean an empty bed.",
    numerator="stays with a run of at least run_days idle days",
    denominator="stays of at least run_days days",
    needs=("fee_list_d",),
    facts=("stay",),
    params=("run_days",),
    points_to=("bed_hanging", "fake_inpatient"),
)
def long_idle_share(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays long enough to have such a run, and those that have it."""
    long_enough = count_where(pl.col("stay_days") >= p["run_days"])
    idle = count_where(pl.col("longest_idle_run") >= p["run_days"])
    return ratio(t.facts("stay"), idle, long_enough)
