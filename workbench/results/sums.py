"""Plain sums of the lake by institution, bucket by bucket, so that memory stays bounded over a hundred million lines."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from features.lake import Lake
from features.reference.items import is_inpatient


def monthly(lake: Lake) -> pl.DataFrame:
    """fixmedins_code, month, fee_fen, fund_fen, settlements; refunds counted with their sign."""

    def one(bucket: str) -> pl.LazyFrame:
        return (
            _valid(lake, "setl_d", bucket)
            .with_columns(month=pl.coalesce(pl.col("setl_time").dt.date(), pl.col("enddate"), pl.col("begndate")).dt.strftime("%Y-%m"))
            .filter(pl.col("month").is_not_null())
            .group_by("fixmedins_code", "month")
            .agg(
                (pl.col("medfee_sumamt").cast(pl.Float64) * 100).sum().round().cast(pl.Int64).alias("fee_fen"),
                (pl.col("fund_pay_sumamt").cast(pl.Float64) * 100).sum().round().cast(pl.Int64).alias("fund_fen"),
                (pl.when(pl.col("refd_setl_flag") == "1").then(-1).otherwise(1)).sum().alias("settlements"),
            )
        )

    return _over(lake, one).group_by("fixmedins_code", "month").sum().sort("fixmedins_code", "month")


def structure(lake: Lake) -> pl.DataFrame:
    """fixmedins_code, med_chrgitm_type, amount in fen."""

    def one(bucket: str) -> pl.LazyFrame:
        return (
            _valid(lake, "fee_list_d", bucket)
            .group_by("fixmedins_code", "med_chrgitm_type")
            .agg((pl.col("det_item_fee_sumamt").cast(pl.Float64) * 100).sum().round().cast(pl.Int64).alias("fen"))
        )

    return _over(lake, one).group_by("fixmedins_code", "med_chrgitm_type").sum().sort("fixmedins_code", "med_chrgitm_type")


def origin(lake: Lake) -> pl.DataFrame:
    """fixmedins_code, county of residence, persons."""

    def one(bucket: str) -> pl.LazyFrame:
        people = lake.scan("psn_info_b", bucket).select("psn_no", pl.col("live_admdvs").str.slice(0, 6)).unique("psn_no")
        return (
            _valid(lake, "mdtrt_d", bucket)
            .select("fixmedins_code", "psn_no")
            .unique()
            .join(people, on="psn_no", how="left")
            .group_by("fixmedins_code", "live_admdvs")
            .agg(pl.len().alias("persons"))
        )

    return _over(lake, one).group_by("fixmedins_code", "live_admdvs").sum().sort("fixmedins_code", "persons", descending=[False, True])


def visits(lake: Lake) -> pl.DataFrame:
    """fixmedins_code, valid visits and stays."""

    def one(bucket: str) -> pl.LazyFrame:
        return _valid(lake, "mdtrt_d", bucket).group_by("fixmedins_code").agg(pl.len().alias("n"))

    return _over(lake, one).group_by("fixmedins_code").sum()


def departments(lake: Lake) -> dict[str, str]:
    """Department code → name as admissions give it; ``institution|code`` where houses use one code for different departments."""

    def one(bucket: str) -> pl.LazyFrame:
        named = pl.col("adm_dept_codg").is_not_null() & pl.col("adm_dept_name").is_not_null()
        return _valid(lake, "mdtrt_d", bucket).filter(named).group_by("fixmedins_code", "adm_dept_codg", "adm_dept_name").agg(pl.len().alias("n"))

    usual = (
        _over(lake, one)
        .group_by("fixmedins_code", "adm_dept_codg", "adm_dept_name")
        .agg(pl.col("n").sum())
        .sort("n", "adm_dept_name", descending=[True, False])
        .unique(["fixmedins_code", "adm_dept_codg"], keep="first", maintain_order=True)
        .with_columns(alike=pl.col("adm_dept_name").n_unique().over("adm_dept_codg") == 1)
        .sort("fixmedins_code", "adm_dept_codg")
    )
    key = pl.when("alike").then(pl.col("adm_dept_codg")).otherwise(pl.concat_str("fixmedins_code", "adm_dept_codg", separator="|"))
    return dict(usual.select(key, "adm_dept_name").unique().iter_rows())


def occupancy(lake: Lake) -> pl.DataFrame:
    """fixmedins_code, month, mean and peak number of patients lying in; a stay without an end counts to the last day known."""

    def one(bucket: str) -> pl.LazyFrame:
        return (
            _valid(lake, "mdtrt_d", bucket)
            .filter(is_inpatient(pl.col("med_type")) & pl.col("begntime").is_not_null())
            .select("fixmedins_code", begin=pl.col("begntime").dt.date(), end=pl.col("endtime").dt.date())
        )

    stays = _over(lake, one)
    if stays.is_empty():
        return pl.DataFrame(schema={"fixmedins_code": pl.String, "month": pl.String, "mean": pl.Float64, "peak": pl.Int64})
    last = max(day for day in (stays["end"].max(), stays["begin"].max()) if day is not None)
    stays = stays.with_columns(pl.col("end").fill_null(last)).filter(pl.col("end") >= pl.col("begin"))
    # the day of discharge is not a bed day, unless the stay began and ended on it
    events = pl.concat(
        [
            stays.select("fixmedins_code", day="begin", change=pl.lit(1)),
            stays.select("fixmedins_code", day=pl.max_horizontal("end", pl.col("begin").dt.offset_by("1d")), change=pl.lit(-1)),
        ]
    )
    changes = events.group_by("fixmedins_code", "day").agg(pl.col("change").sum())
    days = changes.select(day=pl.date_ranges(pl.col("day").min(), pl.col("day").max(), "1d")).explode("day")
    grid = changes.select("fixmedins_code").unique().join(days, how="cross")
    census = (
        grid.join(changes, on=["fixmedins_code", "day"], how="left")
        .sort("fixmedins_code", "day")
        .with_columns(lying=pl.col("change").fill_null(0).cum_sum().over("fixmedins_code"))
        .filter(pl.col("day") <= last)
    )
    return (
        census.group_by("fixmedins_code", month=pl.col("day").dt.strftime("%Y-%m"))
        .agg(pl.col("lying").mean().round(1).alias("mean"), pl.col("lying").max().cast(pl.Int64).alias("peak"))
        .sort("fixmedins_code", "month")
    )


def _valid(lake: Lake, table: str, bucket: str) -> pl.LazyFrame:
    frame = lake.scan(table, bucket)
    return frame.filter(pl.col("vali_flag").is_null() | (pl.col("vali_flag") != "0")) if "vali_flag" in lake.schemas[table] else frame


def _over(lake: Lake, one: Callable[[str], pl.LazyFrame]) -> pl.DataFrame:
    return pl.concat([one(bucket).collect(engine="streaming") for bucket in lake.buckets])
