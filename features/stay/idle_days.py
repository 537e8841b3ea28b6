from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import DRUGS, category_code, is_care
from features.shared.stay_spans import stay_days
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="无诊疗天数",
    title_en="Idle days",
    unit="day",
    why="Whoever hangs a bed leaves bed, nursing and consultation fees, which accrue by themselves, but no treatment, examination or drug.",
    numerator="days of the stay without an examination, laboratory, treatment, operation, material or drug line",
    denominator="days of the stay (the day of discharge not counted)",
    needs=("fee_list_d",),
    params=("drug_cover_days_max",),
    source="local hanging-bed criteria; no national number",
    columns={"stay_days": "在床天数", "idle_days": "无诊疗天数", "longest_idle_run": "最长连续无诊疗天数"},
    points_to=("bed_hanging", "fake_inpatient"),
)
def idle_days(t: Tables, p: Params) -> pl.LazyFrame:
    """Days in bed on which nothing was done, and the longest run of them.

    A drug line with a stated supply (``prd_days``) covers its days, up to ``drug_cover_days_max``, so that weekly dispensing in
    psychiatry or rehabilitation is not taken for idleness. Drugs to take home cover nothing. A stay that runs over a weekend
    or a leave has idle days lawfully; a single one says nothing.
    """
    care = t.lines.filter(pl.col("inpatient") & is_care())
    supply = pl.when(category_code().is_in(DRUGS)).then(pl.col("prd_days").fill_null(1)).otherwise(1)
    covered = (
        care.select("mdtrt_id", "date", days=supply.clip(1, p["drug_cover_days_max"]).cast(pl.Int64))
        .group_by("mdtrt_id", "date")
        .agg(pl.col("days").max())
    )
    single = covered.select("mdtrt_id", "date")
    longer = (
        covered.filter(pl.col("days") > 1)
        .with_columns(date=pl.date_ranges("date", pl.col("date") + pl.duration(days=pl.col("days") - 1)))
        .select("mdtrt_id", "date")
        .explode("date")
    )
    active = pl.concat([single, longer]).unique().with_columns(active=pl.lit(value=True))
    days = (
        stay_days(t)
        .select("mdtrt_id", "date")
        .join(active, on=["mdtrt_id", "date"], how="left")
        .with_columns(idle=pl.col("active").is_null())
        .sort("mdtrt_id", "date")
        .with_columns(run=pl.struct("mdtrt_id", "idle").rle_id())
    )
    runs = days.group_by("mdtrt_id", "run").agg(pl.len().cast(pl.Int64).alias("length"), pl.col("idle").first())
    return runs.group_by("mdtrt_id").agg(
        pl.col("length").sum().alias("stay_days"),
        pl.col("length").filter(pl.col("idle")).sum().alias("idle_days"),
        pl.col("length").filter(pl.col("idle")).max().fill_null(0).alias("longest_idle_run"),
    )
