from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import count_where, ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="住院期间异地就医占比",
    title_en="Stays with care outside the city inside them",
    unit="share",
    why="Nobody lies in two cities.",
    numerator="stays with a settlement outside the city inside them",
    denominator="stays of at least three days",
    needs=("outmed_setl_d", "fee_list_d"),
    facts=("stay",),
    points_to=("bed_hanging", "fake_inpatient", "impersonation"),
    universal=True,
)
def outmed_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Stays of three days and more, and those during which the person was treated in another city."""
    long_enough = count_where(pl.col("stay_days") >= 3)
    return ratio(t.facts("stay"), count_where(pl.col("outmed_inside") > 0) * long_enough, long_enough)
