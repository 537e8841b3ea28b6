from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.reference.items import PHARMACY_TYPE
from features.shared.category import month_of
from features.tables import Tables


@feature(
    grain="institution_month",
    title_zh="业务量",
    title_en="Volume of business",
    unit="count",
    why="Invented business shows first as growth that persons, beds and staff do not explain.",
    numerator="visits by kind, admissions, discharges, persons, person-days",
    denominator="the institution's month",
    columns={
        "visits": "门诊人次",
        "chronic_visits": "门诊慢特病人次",
        "purchases": "药店购药人次",
        "admissions": "入院人次",
        "discharges": "出院人次",
        "persons": "服务人数",
        "person_days": "服务人日",
        "single_visit_persons": "仅就诊一天人数",
    },
    direction=0,
    points_to=("phantom_service",),
)
def business_volume(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Visits by the month they begin. A person lies in one bucket, so that distinct persons of the buckets add up."""
    keys = ["fixmedins_code", "month"]
    pharmacy = pl.col("med_type").str.starts_with(PHARMACY_TYPE)
    visits = t.visits.with_columns(month=month_of("begn_date"), pharmacy=pharmacy, chronic=pl.col("med_type").str.starts_with("14"))
    counts = visits.group_by(keys).agg(
        (~pl.col("inpatient") & ~pl.col("pharmacy")).sum().cast(pl.Int64).alias("visits"),
        pl.col("chronic").sum().cast(pl.Int64).alias("chronic_visits"),
        pl.col("pharmacy").sum().cast(pl.Int64).alias("purchases"),
        pl.col("inpatient").sum().cast(pl.Int64).alias("admissions"),
    )
    by_person = visits.group_by(*keys, "psn_no").agg(pl.col("begn_date").n_unique().cast(pl.Int64).alias("days"))
    persons = by_person.group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("persons"),
        pl.col("days").sum().alias("person_days"),
        (pl.col("days") == 1).sum().cast(pl.Int64).alias("single_visit_persons"),
    )
    discharged = (
        t.stays.filter(pl.col("end_date").is_not_null() & ~pl.col("in_hospital").fill_null(value=False))
        .with_columns(month=month_of("end_date"))
        .group_by(keys)
        .agg(pl.len().cast(pl.Int64).alias("discharges"))
    )
    return counts.join(persons, on=keys, how="left").join(discharged, on=keys, how="full", coalesce=True).with_columns(pl.exclude(keys).fill_null(0))
