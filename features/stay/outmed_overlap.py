from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.stay_spans import stay_spans
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="住院期间异地就医",
    title_en="Care outside the city during the stay",
    unit="count",
    why="Nobody lies in a bed here while being treated in another city.",
    numerator="settlements made outside the city whose days fall inside the stay",
    denominator="the stay",
    needs=("outmed_setl_d",),
    columns={"outmed_inside": "住院期间异地结算次数"},
    points_to=("bed_hanging", "fake_inpatient", "impersonation"),
)
def outmed_overlap(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Settlements elsewhere that begin after the day of admission and before the day of discharge, or end so.

    A transfer shares its day with the stay on either side; such days are not inside.
    """
    spans = stay_spans(t).select("mdtrt_id", "psn_no", "first_day", after=pl.coalesce("end_date", pl.col("last_day")))
    outside = t.raw("outmed_setl_d").select("psn_no", "setl_id", "begndate", "enddate").unique("setl_id")
    within = (pl.max_horizontal("first_day", "begndate") < pl.min_horizontal("after", "enddate")) | (
        (pl.col("begndate") == pl.col("enddate")) & (pl.col("begndate") > pl.col("first_day")) & (pl.col("begndate") < pl.col("after"))
    )
    return spans.join(outside, on="psn_no", how="inner").filter(within).group_by("mdtrt_id").agg(pl.len().cast(pl.Int64).alias("outmed_inside"))
