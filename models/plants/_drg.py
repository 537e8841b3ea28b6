"""What ways of upcoding share: groups of payment, learned from the data at hand, and the settlement that follows the group."""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.plant import Given

#: Characters of a group's code that name the organ (MDC) and the operation or disease (ADRG).
MDC, ADRG = 1, 3


def paid_cases(frames: Given) -> pl.DataFrame:
    """Cases paid by their group: ``setl_id mdtrt_id psn_no fixmedins_code drg_code``."""
    listed = frames["mdcs_fund_setl_list_d"].filter(pl.col("vali_flag").fill_null("1") != "0")
    paid = frames["drg_setl_d"].filter((pl.col("drg_case_type").fill_null("1") == "1") & pl.col("drg_code").is_not_null())
    return listed.select("setl_id", "mdtrt_id", "psn_no", "fixmedins_code").join(paid.select("setl_id", "drg_code"), on="setl_id").unique("mdtrt_id")


def dearer_groups(frames: Given, p: Params, *, of_one_adrg: bool) -> pl.DataFrame:
    """``drg_code dearer``: for each group in use the dearest of the same operation or disease (else of the same organ, by another one)
    whose weight is between ``upcoded_times_min`` and ``upcoded_times_max`` times its own."""
    groups = (
        frames["drg_setl_d"]
        .drop_nulls(["drg_code", "drg_wt"])
        .group_by("drg_code")
        .agg(wt=pl.col("drg_wt").cast(pl.Float64).median())
        .with_columns(adrg=pl.col("drg_code").str.slice(0, ADRG), mdc=pl.col("drg_code").str.slice(0, MDC))
    )
    key = "adrg" if of_one_adrg else "mdc"
    pairs = groups.join(groups.select(key, dearer="drg_code", dearer_wt="wt", dearer_adrg="adrg"), on=key)
    if not of_one_adrg:
        pairs = pairs.filter(pl.col("adrg") != pl.col("dearer_adrg"))
    times = pl.col("dearer_wt") / pl.col("wt")
    return (
        pairs.filter(times.is_between(p["upcoded_times_min"], p["upcoded_times_max"]))
        .sort("drg_code", "dearer_wt", "dearer", descending=[False, True, False])
        .unique("drg_code", keep="first", maintain_order=True)
        .select("drg_code", "dearer")
    )


def as_drg(frames: Given, cases: pl.DataFrame) -> pl.DataFrame:
    """DRG settlements with the cases (``setl_id dearer``) paid as their dearer group: code, weight, standard and the fund's share of it."""
    table = frames["drg_setl_d"]
    groups = (
        table.drop_nulls(["drg_code", "drg_wt"])
        .group_by("drg_code")
        .agg(pl.col("drg_name").first().alias("dearer_name"), pl.col("drg_wt").cast(pl.Float64).median().alias("dearer_wt"))
    )
    joined = table.join(cases.select("setl_id", "dearer"), on="setl_id", how="left").join(groups, left_on="dearer", right_on="drg_code", how="left")
    times = (pl.col("dearer_wt") / pl.col("drg_wt").cast(pl.Float64)).fill_null(1.0)
    return joined.with_columns(
        drg_code=pl.coalesce("dearer", "drg_code"),
        drg_name=pl.coalesce("dearer_name", "drg_name"),
        **{
            name: (pl.col(name).cast(pl.Float64) * times).round(4 if name == "drg_wt" else 2).cast(table.schema[name])
            for name in ("drg_wt", "drg_pay_std", "drg_fund_pay")
        },
    ).select(table.columns)
