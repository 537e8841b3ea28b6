from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.reference.items import PHARMACY_TYPE
from features.shared.category import month_of
from features.tables import Tables


@feature(
    grain="person_month",
    title_zh="就医情况",
    title_en="Use of care",
    unit="count",
    why="Persons who come too often, or carry most of a house's business, are where collusion and card lending begin.",
    numerator="visits, purchases, admissions, days and amounts",
    denominator="the person's month at the institution",
    columns={
        "visits": "门诊次数",
        "purchases": "购药次数",
        "admissions": "入院次数",
        "visit_days": "就诊天数",
        "settlements": "结算次数",
        "fee_fen": "费用(分)",
        "inscp_fen": "范围内费用(分)",
        "fund_fen": "基金支付(分)",
    },
    direction=0,
    points_to=("drug_hoarding", "impersonation"),
)
def use_of_care(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Visits by the day they begin, amounts by the day of settlement, net of refunds."""
    pharmacy = pl.col("med_type").str.starts_with(PHARMACY_TYPE)
    keys = ["psn_no", "fixmedins_code", "month"]
    visits = (
        t.visits.with_columns(month=month_of("begn_date"), pharmacy=pharmacy)
        .group_by(keys)
        .agg(
            (~pl.col("inpatient") & ~pl.col("pharmacy")).sum().cast(pl.Int64).alias("visits"),
            pl.col("pharmacy").sum().cast(pl.Int64).alias("purchases"),
            pl.col("inpatient").sum().cast(pl.Int64).alias("admissions"),
            pl.col("begn_date").n_unique().cast(pl.Int64).alias("visit_days"),
        )
    )
    paid = (
        t.settlements.with_columns(month=month_of("setl_time"))
        .group_by(keys)
        .agg(pl.len().cast(pl.Int64).alias("settlements"), pl.col("fee_fen", "inscp_fen", "fund_fen").sum())
    )
    return visits.join(paid, on=keys, how="full", coalesce=True).with_columns(pl.exclude(keys).fill_null(0))
