from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule


def _visits_a_day(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient visits a physician × institution × day of this bucket."""
    del p
    return (
        t.standing_visits.filter(
            ~pl.col("inpatient") & pl.col("chfpdr_code").is_not_null() & pl.col("med_type").str.slice(0, 2).is_in(["11", "13", "14"])
        )
        .group_by(pl.col("chfpdr_code").alias("dr_code"), "fixmedins_code", pl.col("begn_date").alias("date"))
        .agg(pl.len().alias("visits"))
    )


@rule(
    title_zh="医师日接诊量超出可能",
    title_en="Impossible physician day",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.3"),
    needs=("mdtrt_d",),
    params=("visits_a_day_max", "days_min"),
    exceptions=("refund",),
    extract=_visits_a_day,
)
def physician_day_impossible(t: Tables, p: Params) -> pl.LazyFrame:
    """More outpatient visits of one physician in a day than hours allow.

    ``visits_a_day_max`` visits leave about three minutes each in a full day; a clinic after a holiday may come near it once.
    At least ``days_min`` days make a finding. One finding a physician and institution, without amount: no single visit is proven
    false. An honest answer would be a shared log-in of a team.
    """
    return (
        t.extracted.group_by("dr_code", "fixmedins_code", "date")
        .agg(pl.col("visits").sum())
        .filter(pl.col("visits") > p["visits_a_day_max"])
        .group_by("dr_code", "fixmedins_code")
        .agg(
            pl.len().alias("days"),
            pl.col("visits").max().alias("most"),
            pl.col("date").sort_by("visits").last().alias("worst"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
        )
        .filter(pl.col("days") >= p["days_min"])
        .select(
            "fixmedins_code",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.1 * pl.col("most") / p["visits_a_day_max"]).clip(upper_bound=0.9),
            evidence=filled(
                "医师{}有{}天门诊接诊超过{}人次，最多一天（{}）{}人次，按8小时计每人次不足{}分钟。",
                "dr_code",
                "days",
                pl.lit(str(p["visits_a_day_max"])),
                "worst",
                "most",
                (480 / pl.col("most")).ceil().cast(pl.Int64),
            ),
        )
    )
