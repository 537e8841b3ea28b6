from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule


def _sales_span(t: Tables, p: Params) -> pl.LazyFrame:
    """First and last day of business of each institution in this bucket."""
    del p
    return t.settlements.group_by("fixmedins_code").agg(
        pl.col("setl_time").dt.date().min().alias("first"), pl.col("setl_time").dt.date().max().alias("last")
    )


@rule(
    title_zh="药师多处注册（挂证）",
    title_en="Pharmacist registered twice",
    kind=Kind.LICENCE_RENTAL,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.2"),
    needs=("phar_info_b", "setl_d"),
    params=("overlap_days_min",),
    exceptions=(),
    extract=_sales_span,
)
def pharmacist_registered_twice(t: Tables, p: Params) -> pl.LazyFrame:
    """One pharmacist's licence stands for two institutions at the same time, though a pharmacist must be on the premises.

    Registrations are of one person by licence number, else by pharmacist code. A registration runs from ``reg_time`` to the day
    of leaving, else of expiry. Two that overlap by more than ``overlap_days_min`` days within the time the institution did
    business are a finding against the institution that registered later, or against both when they registered on one day: only
    who is met on the premises shows which of them rents. Who moved on and left the old place in time is cleared.
    No fee line is at fault by itself, so the finding bears no amount.
    """
    span = t.extracted.group_by("fixmedins_code").agg(pl.col("first").min(), pl.col("last").max())
    registered = (
        t.raw("phar_info_b")
        .filter(pl.col("pracins_no").is_not_null() & pl.col("reg_time").is_not_null())
        .with_columns(
            who=pl.coalesce("phar_prac_cert_no", "phar_code"),
            begin=pl.col("reg_time").dt.date(),
            end=pl.min_horizontal(pl.col("nemp_time").dt.date(), pl.col("expy_endtime").dt.date()).fill_null(pl.date(9999, 12, 31)),
        )
        .select("who", "phar_code", "pracins_no", "begin", "end")
        .unique()
    )
    pairs = (
        registered.join(registered, on="who", how="inner", suffix="_old")
        .filter((pl.col("pracins_no") != pl.col("pracins_no_old")) & (pl.col("begin") >= pl.col("begin_old")))
        .join(span, left_on="pracins_no", right_on="fixmedins_code", how="inner")
        .with_columns(overlap_from=pl.max_horizontal("begin", "begin_old", "first"), overlap_to=pl.min_horizontal("end", "end_old", "last"))
        .with_columns(days=(pl.col("overlap_to") - pl.col("overlap_from")).dt.total_days())
        .filter(pl.col("days") > p["overlap_days_min"])
        .sort("who", "pracins_no", "days", "pracins_no_old", descending=[False, False, True, False])
        .unique(["who", "pracins_no"], keep="first", maintain_order=True)
    )
    return pairs.select(
        pl.col("pracins_no").alias("fixmedins_code"),
        pl.col("overlap_from").alias("occurred_from"),
        pl.col("overlap_to").alias("occurred_to"),
        strength=pl.when(pl.col("begin") == pl.col("begin_old")).then(0.3).otherwise(0.5),
        evidence=filled(
            "药师{}于{}注册在本机构，同时自{}起仍注册在{}，两处注册在本机构营业期间重叠{}天；药师应在岗服务，不能同时在两处执业。",
            "phar_code",
            "begin",
            "begin_old",
            "pracins_no_old",
            "days",
        )
        + pl.when(pl.col("begin") == pl.col("begin_old")).then(pl.lit("两处同日注册，须现场核实其实际在岗的一处。")).otherwise(pl.lit("")),
    )
