from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="举报件数",
    title_en="Complaints received",
    unit="count",
    why="People who were there tell what no bill shows.",
    numerator="complaints that name the institution",
    denominator="persons-months served, in hundreds",
    needs=("rpt_cmpl_d",),
    facts=("institution_month",),
    statistic="rate",
    universal=True,
    months="none",
)
def complaints(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """All topics. Complaints follow volume, hence the denominator; one complaint proves nothing."""
    served = t.facts("institution_month").group_by("fixmedins_code").agg((pl.col("persons").sum() / 100).alias("denominator"))
    named = (
        t.raw("rpt_cmpl_d")
        .filter(pl.col("fixmedins_code").is_not_null())
        .group_by("fixmedins_code")
        .agg(pl.len().cast(pl.Float64).alias("numerator"))
    )
    return served.join(named, on="fixmedins_code", how="left").with_columns(pl.col("numerator").fill_null(0.0))
