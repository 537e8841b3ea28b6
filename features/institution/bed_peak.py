from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="床位使用峰值",
    title_en="Peak use of approved beds",
    unit="ratio",
    why="A house filled to the last bed by the insured of one city alone deserves a look.",
    numerator="patients in bed on the ninety-fifth percentile of days",
    denominator="approved beds (days with patients as the number of observations)",
    needs=("medins_info_b",),
    facts=("institution_day",),
    points_to=("fake_inpatient", "bed_hanging"),
    log=True,
)
def bed_peak(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Census of the insured against approved beds; other patients are not seen, so that it is a lower bound.

    Houses without beds have no value.
    """
    days = t.facts("institution_day").filter(pl.col("in_bed") > 0).join(t.institutions.select("fixmedins_code", "beds"), on="fixmedins_code")
    return (
        days.filter(pl.col("beds") > 0)
        .group_by("fixmedins_code")
        .agg(numerator=pl.col("in_bed").quantile(0.95, "nearest"), beds=pl.col("beds").first(), denominator=pl.len())
        .with_columns(value=pl.col("numerator") / pl.col("beds"))
    )
