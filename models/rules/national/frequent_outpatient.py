from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.serial_treatment import serial_treatment
from models.kinds import Kind
from models.rule import rule


@rule(
    title_zh="频繁门诊",
    title_en="Frequent outpatient visits",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000204002000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("days_min", "serial_codes"),
    exceptions=("refund", "serial_treatment"),
)
def frequent_outpatient(t: Tables, p: Params) -> pl.LazyFrame:
    """A person who comes to one institution's outpatients on ``days_min`` or more days of a month without a course of daily treatment.

    A screening figure without an amount: it shows whom to ask, not what is false.
    """
    visits = serial_treatment.clear(t.standing_visits.filter(~pl.col("inpatient") & ~pl.col("med_type").str.starts_with("41")), t, p)
    keys = ["psn_no", "fixmedins_code", "month"]
    counted = (
        visits.with_columns(month=pl.col("begn_date").dt.truncate("1mo"))
        .group_by(keys)
        .agg(
            pl.col("begn_date").n_unique().alias("days"),
            pl.col("begn_date").min().alias("occurred_from"),
            pl.col("begn_date").max().alias("occurred_to"),
            pl.col("mdtrt_id").n_unique().alias("visits"),
        )
    )
    return counted.filter(pl.col("days") >= p["days_min"]).select(
        "fixmedins_code",
        "psn_no",
        "occurred_from",
        "occurred_to",
        amount_fen=pl.lit(0, pl.Int64),
        loss_fen=pl.lit(0, pl.Int64),
        strength=(pl.col("days") / 60).clip(0.1, 0.5),
        evidence=filled(
            "{}至{}在同一机构门诊就诊{}天（{}次），不含透析、理疗、针灸、注射换药等连续治疗。", "occurred_from", "occurred_to", "days", "visits"
        ),
    )
