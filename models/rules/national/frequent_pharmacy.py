from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule


@rule(
    title_zh="频繁购药",
    title_en="Frequent pharmacy purchases",
    kind=Kind.DRUG_HOARDING,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000204003000",
    legal_basis=("reg.17", "reg.41.3"),
    needs=("mdtrt_d",),
    params=("days_min",),
    exceptions=("refund",),
)
def frequent_pharmacy(t: Tables, p: Params) -> pl.LazyFrame:
    """A person who buys at one pharmacy on ``days_min`` or more days of a month. A screening figure without an amount."""
    visits = t.standing_visits.filter(pl.col("med_type").str.starts_with("41"))
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
        evidence=filled("{}至{}在同一药店购药{}天（{}次）。", "occurred_from", "occurred_to", "days", "visits"),
    )
