from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables


@feature(
    grain="physician_day",
    title_zh="医师每日工作量",
    title_en="A physician's day",
    unit="count",
    why="A day has so many minutes; a physician who sees more patients than they hold, or works in two towns, lends the licence.",
    numerator="outpatient persons and visits, inpatients, fees ordered",
    denominator="the physician's day at the institution",
    needs=("fee_list_d",),
    columns={
        "dr_outpatients": "门诊人数",
        "dr_visits": "门诊人次",
        "dr_inpatients": "住院患者人数",
        "dr_fee_fen": "开单费用(分)",
    },
    points_to=("licence_rental", "phantom_service"),
)
def physician_load(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Persons with lines ordered by the physician that day; lines without physician are left out (see line_circumstances)."""
    outpatient = ~pl.col("inpatient")
    return (
        t.lines.filter(pl.col("bilg_dr_code").is_not_null() & (pl.col("bilg_dr_code") != ""))
        .group_by(pl.col("bilg_dr_code").alias("dr_code"), "fixmedins_code", "date")
        .agg(
            pl.col("psn_no").filter(outpatient).n_unique().cast(pl.Int64).alias("dr_outpatients"),
            pl.col("mdtrt_id").filter(outpatient).n_unique().cast(pl.Int64).alias("dr_visits"),
            pl.col("psn_no").filter(~outpatient).n_unique().cast(pl.Int64).alias("dr_inpatients"),
            pl.col("fee_fen").sum().alias("dr_fee_fen"),
        )
    )
