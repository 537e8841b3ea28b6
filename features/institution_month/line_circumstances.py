from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import category_code, month_of
from features.tables import Tables


@feature(
    grain="institution_month",
    title_zh="明细时间与医师",
    title_en="When lines were charged and by whom",
    unit="count",
    why="Lines at night, on Sundays and without a physician are where invented services are booked.",
    numerator="outpatient visits begun at night or on rest days; lines without physician; lines sent outside",
    denominator="outpatient visits; lines of medical institutions",
    needs=("fee_list_d",),
    params=("night_from", "night_to"),
    columns={
        "timed_visits": "有时间的门诊人次",
        "night_visits": "夜间门诊人次",
        "sunday_visits": "周日门诊人次",
        "ordered_lines": "应有医师的明细条数",
        "lines_without_physician": "无医师明细条数",
        "outside_lab_lines": "外检明细条数",
    },
    points_to=("phantom_service", "licence_rental"),
)
def line_circumstances(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient visits by their first minute; emergency visits (13) are not counted, and midnight exactly is an unknown time.

    Inpatient lines say nothing here: beds and nursing are posted by machine at the end of the day. Pharmacies need no physician.
    """
    keys = ["fixmedins_code", "month"]
    hour = pl.col("begntime").dt.hour()
    timed = (pl.col("begntime").dt.time() != pl.time(0, 0, 0)) & ~pl.col("inpatient") & ~pl.col("med_type").str.starts_with("13")
    night = (hour >= p["night_from"]) | (hour < p["night_to"])
    visits = (
        t.visits.with_columns(month=month_of("begn_date"))
        .group_by(keys)
        .agg(
            timed.sum().cast(pl.Int64).alias("timed_visits"),
            (timed & night).sum().cast(pl.Int64).alias("night_visits"),
            (timed & (pl.col("begntime").dt.weekday() == 7)).sum().cast(pl.Int64).alias("sunday_visits"),
        )
    )
    ordered = ~pl.col("med_type").str.starts_with("41") & ~category_code().is_in(["01", "07", "12", "13"])
    lines = (
        t.lines.with_columns(month=month_of("date"))
        .group_by(keys)
        .agg(
            ordered.sum().cast(pl.Int64).alias("ordered_lines"),
            (ordered & pl.col("bilg_dr_code").is_null()).sum().cast(pl.Int64).alias("lines_without_physician"),
            (pl.col("etip_flag") == "1").sum().cast(pl.Int64).alias("outside_lab_lines"),
        )
    )
    return visits.join(lines, on=keys, how="full", coalesce=True).with_columns(pl.exclude(keys).fill_null(0))
