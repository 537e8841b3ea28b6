from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import month_of
from features.tables import Tables


@feature(
    grain="institution_month",
    title_zh="同日多次结算",
    title_en="Several settlements a day",
    unit="count",
    why="A visit or prescription cut into pieces escapes limits and deductibles.",
    numerator="settlements of the same medical category beyond the first, of one person on one day at one institution",
    denominator="person-days with an outpatient or pharmacy settlement",
    columns={"settled_person_days": "有结算人日", "split_person_days": "同日多次结算人日", "extra_settlements": "同日超出首笔的结算笔数"},
    points_to=("split_billing",),
)
def same_day_settlements(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Outpatient and pharmacy settlements that stand (refunded and billed again is one). Stays are not counted."""
    visits = t.visits.filter(~pl.col("inpatient")).select("mdtrt_id")
    days = (
        t.settlements.join(visits, on="mdtrt_id", how="semi")
        .with_columns(date=pl.col("begndate"))
        .group_by("fixmedins_code", "psn_no", "date", "med_type")
        .agg(pl.len().cast(pl.Int64).alias("n"))
    )
    return (
        days.with_columns(month=month_of("date"))
        .group_by("fixmedins_code", "month")
        .agg(
            pl.len().cast(pl.Int64).alias("settled_person_days"),
            (pl.col("n") > 1).sum().cast(pl.Int64).alias("split_person_days"),
            (pl.col("n") - 1).sum().alias("extra_settlements"),
        )
    )
