from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.multi_site_practice import multi_site_practice
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._physicians import billed_by_day, registrations
from models.wording import yuan


def _days_of_the_twice_registered(t: Tables, p: Params) -> pl.LazyFrame:
    twice = registrations(t).filter(pl.col("fixmedins_code").n_unique().over("dr_code") > 1)
    return billed_by_day(t, multi_site_practice.clear(twice, t, p))


@rule(
    title_zh="医师两处执业同日开单（挂证）",
    title_en="Physician at two places",
    kind=Kind.LICENCE_RENTAL,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.2"),
    needs=("dr_info_b", "fee_list_d"),
    params=("same_days_min",),
    exceptions=("multi_site_practice", "refund"),
    extract=_days_of_the_twice_registered,
)
def physician_at_two_places(t: Tables, p: Params) -> pl.LazyFrame:
    """A physician without leave for several sites is registered at two and orders at both on the same days.

    One physician cannot run two practices; on at least ``same_days_min`` days he did. The finding is against the place where he
    bills on fewer days: the licence hangs there, the work is done by others. Registered multi-site practice is cleared, and who
    left one place before beginning at the other never has a common day. At fault are his lines there.
    """
    all_lines = t.extracted.group_by("dr_code", "fixmedins_code").agg(
        pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False).alias("all_lines"), pl.col("inscp_fen").sum().alias("all_worth")
    )
    days = t.extracted.group_by("dr_code", "fixmedins_code", "date").agg(
        pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sn"), pl.col("inscp_fen").sum()
    )
    worked = days.group_by("dr_code", "fixmedins_code").agg(pl.col("date").n_unique().alias("worked"))
    pairs = (
        days.join(days.select("dr_code", "date", pl.col("fixmedins_code").alias("other"), pl.col("bkkp_sn").alias("there")), on=["dr_code", "date"])
        .filter(pl.col("fixmedins_code") != pl.col("other"))
        .join(worked, on=["dr_code", "fixmedins_code"], how="inner")
        .join(worked.rename({"fixmedins_code": "other", "worked": "worked_other"}), on=["dr_code", "other"], how="inner")
        .filter(
            (pl.col("worked") < pl.col("worked_other"))
            | ((pl.col("worked") == pl.col("worked_other")) & (pl.col("fixmedins_code") > pl.col("other")))
        )
    )
    return (
        pairs.group_by("dr_code", "fixmedins_code", "other", "worked", "worked_other")
        .agg(
            pl.col("date").n_unique().alias("days"),
            pl.col("there").list.explode(keep_nulls=False, empty_as_null=False).alias("related_bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
        )
        .filter(pl.col("days") >= p["same_days_min"])
        .join(all_lines, on=["dr_code", "fixmedins_code"], how="inner")
        .select(
            "fixmedins_code",
            pl.col("all_lines").alias("bkkp_sns"),
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.4 + 0.05 * pl.col("days")).clip(upper_bound=0.95),
            evidence=pl.format(
                "医师{}未登记多点执业却同时注册在本机构与{}，有{}天在两处同日开单；其全年在本机构开单{}天、在对方{}天。其名下在本机构的全部开单涉及医保范围内金额{}元。",
                "dr_code",
                "other",
                "days",
                "worked",
                "worked_other",
                yuan(pl.col("all_worth")),
            ),
        )
    )
