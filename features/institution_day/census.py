from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.stay_spans import stay_days
from features.tables import Tables


@feature(
    grain="institution_day",
    title_zh="每日在院与就诊",
    title_en="Daily census",
    unit="person",
    why="More patients than beds, or admissions in waves, cannot all have lain there.",
    numerator="persons in bed, admissions, discharges, outpatient persons",
    denominator="the institution's day",
    columns={"in_bed": "在床人数", "admitted": "入院人数", "discharged": "出院人数", "outpatients": "门诊人数"},
    points_to=("fake_inpatient", "bed_hanging"),
)
def census(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Distinct persons a day. The day of discharge does not occupy a bed; a person with two overlapping stays occupies one."""
    keys = ["fixmedins_code", "date"]
    parts = [
        stay_days(t).unique(["fixmedins_code", "psn_no", "date"]).group_by(keys).agg(pl.len().cast(pl.Int64).alias("in_bed")),
        t.stays.group_by("fixmedins_code", pl.col("begn_date").alias("date")).agg(pl.col("psn_no").n_unique().cast(pl.Int64).alias("admitted")),
        t.stays.filter(pl.col("end_date").is_not_null() & ~pl.col("in_hospital").fill_null(value=False))
        .group_by("fixmedins_code", pl.col("end_date").alias("date"))
        .agg(pl.col("psn_no").n_unique().cast(pl.Int64).alias("discharged")),
        t.visits.filter(~pl.col("inpatient"))
        .group_by("fixmedins_code", pl.col("begn_date").alias("date"))
        .agg(pl.col("psn_no").n_unique().cast(pl.Int64).alias("outpatients")),
    ]
    return pl.concat(parts, how="diagonal").group_by(keys).agg(pl.exclude(keys).sum())
