from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.stay_spans import stay_spans
from features.tables import Tables

WARD = "2"


@feature(
    grain="stay",
    title_zh="在床识别",
    title_en="Days seen in the ward",
    unit="day",
    why="Where face terminals stand in the wards, a patient who is never recognised was hardly there.",
    numerator="days of the stay with a ward record at the hospital; days inside the stay with any record elsewhere",
    denominator="the stay; whether the terminals worked is read from institution_day",
    needs=("scene_rcd_d",),
    columns={"seen_days": "病区识别天数", "seen_elsewhere_days": "住院期间他处识别天数"},
    direction=-1,
    points_to=("bed_hanging", "fake_inpatient", "impersonation"),
)
def days_seen(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Records of the scene terminals during the stay, here and elsewhere.

    Absence of records proves nothing by itself: many hospitals have no terminal, and terminals fail.
    """
    spans = stay_spans(t).select(
        "mdtrt_id", "psn_no", pl.col("fixmedins_code").alias("own"), "first_day", after=pl.coalesce("end_date", pl.col("last_day"))
    )
    records = t.raw("scene_rcd_d").select("psn_no", "fixmedins_code", "scene_type", date=pl.col("begntime").dt.date())
    day = pl.col("date")
    here = (pl.col("fixmedins_code") == pl.col("own")) & (pl.col("scene_type") == WARD)
    elsewhere = (pl.col("fixmedins_code") != pl.col("own")) & (day > pl.col("first_day")) & (day < pl.col("after"))
    return (
        spans.join(records, on="psn_no", how="inner")
        .filter((day >= pl.col("first_day")) & (day <= pl.col("after")))
        .group_by("mdtrt_id")
        .agg(
            day.filter(here).n_unique().cast(pl.Int64).alias("seen_days"),
            day.filter(elsewhere).n_unique().cast(pl.Int64).alias("seen_elsewhere_days"),
        )
    )
