from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="成批入院占比",
    title_en="Admitted in groups",
    unit="share",
    why="Recruiters bring people by village or workshop; illness comes singly.",
    numerator="persons admitted on one day with at least group_min from the same village or employer",
    denominator="admissions",
    facts=("admission_group", "institution_day"),
    params=("group_min",),
    columns={"village": "同村", "employer": "同单位"},
    points_to=("fake_inpatient", "low_threshold_admission"),
)
def group_admission_share(t: Tables, p: Params) -> pl.LazyFrame:
    """Admissions in groups of at least group_min by place.

    A township hospital serves few villages: its peers do too. Outbreaks and screening campaigns bring groups by right.
    """
    admitted = t.facts("institution_day").group_by("fixmedins_code").agg(pl.col("admitted").sum().cast(pl.Float64).alias("denominator"))
    grouped = (
        t.facts("admission_group")
        .filter(pl.col("group_persons") >= p["group_min"])
        .group_by("fixmedins_code", pl.col("place_type").alias("member"))
        .agg(pl.col("group_persons").sum().cast(pl.Float64).alias("numerator"))
    )
    members = pl.LazyFrame({"member": ["village", "employer"]})
    return (
        admitted.filter(pl.col("denominator") > 0)
        .join(members, how="cross")
        .join(grouped, on=["fixmedins_code", "member"], how="left")
        .with_columns(pl.col("numerator").fill_null(0.0))
    )
