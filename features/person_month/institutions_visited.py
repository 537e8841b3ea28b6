from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import month_of
from features.tables import Tables


@feature(
    grain="person_month",
    title_zh="就诊机构数",
    title_en="Institutions visited",
    unit="count",
    why="Who collects drugs on several cards goes from house to house.",
    numerator="institutions and pharmacies the person used in the month, and at most on one day",
    denominator="the person's month (the same on each of its institutions' rows)",
    columns={"institutions": "当月就诊机构数", "max_institutions_a_day": "单日最多就诊机构数"},
    points_to=("drug_hoarding", "impersonation"),
)
def institutions_visited(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Distinct institutions by month, and on the fullest day."""
    visits = t.visits.select("psn_no", "fixmedins_code", "begn_date", month=month_of("begn_date"))
    by_day = visits.group_by("psn_no", "month", "begn_date").agg(pl.col("fixmedins_code").n_unique().alias("n"))
    by_month = visits.group_by("psn_no", "month").agg(pl.col("fixmedins_code").n_unique().cast(pl.Int64).alias("institutions"))
    fullest = by_day.group_by("psn_no", "month").agg(pl.col("n").max().cast(pl.Int64).alias("max_institutions_a_day"))
    return (
        visits.select("psn_no", "fixmedins_code", "month")
        .unique()
        .join(by_month, on=["psn_no", "month"], how="left")
        .join(fullest, on=["psn_no", "month"], how="left")
    )
