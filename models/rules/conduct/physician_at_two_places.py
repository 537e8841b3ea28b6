from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.multi_site_practice import multi_site_practice
from models.exceptions.one_organisation import one_organisation
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._physicians import billed_by_day, registrations
from models.wording import yuan


def _days_of_the_twice_registered(t: Tables, p: Params) -> pl.LazyFrame:
    twice = registrations(t).filter(pl.col("fixmedins_code").n_unique().over("dr_code") > 1)
    return billed_by_day(t, one_organisation.clear(multi_site_practice.clear(twice, t, p), t, p))


@rule(
    title_zh="医师两处执业同期开单（挂证）",
    title_en="Physician at two places",
    kind=Kind.LICENCE_RENTAL,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.2"),
    needs=("dr_info_b", "fee_list_d"),
    params=("same_days_min", "alternating_days_min", "window_days"),
    exceptions=("multi_site_practice", "one_organisation", "refund"),
    extract=_days_of_the_twice_registered,
)
def physician_at_two_places(t: Tables, p: Params) -> pl.LazyFrame:
    """A physician without leave for several sites is registered at two and orders at both at the same time.

    He did so on at least ``same_days_min`` common days, or on ``alternating_days_min`` days each of which lies between days at the
    other place, both within ``window_days``. The finding is against the place that is not his main place of practice: the licence
    hangs there. Where the register does not tell, it is against the place where he bills on fewer days. Registered multi-site
    practice and houses of one organisation are cleared, and who left one place before beginning at the other never has such days.
    At fault are his lines there.
    """
    day = ["dr_code", "fixmedins_code", "date"]
    merged = t.extracted.group_by(day).agg(pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False), pl.col("inscp_fen").sum())
    places = (
        merged.group_by("dr_code", "fixmedins_code")
        .agg(
            pl.len().alias("worked"),
            pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False).alias("all_lines"),
            pl.col("inscp_fen").sum().alias("all_worth"),
        )
        .join(registrations(t).select("dr_code", "fixmedins_code", "main"), on=["dr_code", "fixmedins_code"], how="left")
    )
    other = places.select("dr_code", other="fixmedins_code", worked_other="worked", main_other="main")
    fewer = (pl.col("worked") < pl.col("worked_other")) | (
        (pl.col("worked") == pl.col("worked_other")) & (pl.col("fixmedins_code") > pl.col("other"))
    )
    pairs = (
        places.join(other, on="dr_code", how="inner")
        .filter(pl.col("fixmedins_code") != pl.col("other"))
        .filter(pl.when(pl.col("main") == pl.col("main_other")).then(fewer).otherwise(pl.col("main_other")))
    )
    there = merged.select("dr_code", other="fixmedins_code", date_there="date", there="bkkp_sn")
    apart = (pl.col("date_there") - pl.col("date")).dt.total_days()
    met = (
        merged.select(day)
        .join(pairs.select("dr_code", "fixmedins_code", "other"), on=["dr_code", "fixmedins_code"], how="inner")
        .join(there, on=["dr_code", "other"], how="inner")
        .with_columns(apart=apart)
        .filter(pl.col("apart").abs() <= p["window_days"])
        .group_by(*day, "other")
        .agg(
            same=(pl.col("apart") == 0).any(),
            between=(pl.col("apart") == 0).any() | ((pl.col("apart") < 0).any() & (pl.col("apart") > 0).any()),
            related=pl.col("there").filter(pl.col("apart") == 0).list.explode(keep_nulls=False, empty_as_null=False),
        )
        .filter("between")
    )
    return (
        met.group_by("dr_code", "fixmedins_code", "other")
        .agg(
            pl.col("same").sum().alias("days"),
            pl.len().alias("between"),
            pl.col("related").list.explode(keep_nulls=False, empty_as_null=False).alias("related_bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
        )
        .filter((pl.col("days") >= p["same_days_min"]) | (pl.col("between") >= p["alternating_days_min"]))
        .join(pairs, on=["dr_code", "fixmedins_code", "other"], how="inner")
        .select(
            "fixmedins_code",
            pl.col("all_lines").alias("bkkp_sns"),
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.05 * pl.col("days") + 0.01 * pl.col("between")).clip(upper_bound=0.95),
            evidence=pl.format(
                "医师{}未登记多点执业却同时注册在本机构与{}{}，有{}天在两处同日开单、{}天与对方交替开单；其在本机构开单{}天、在对方{}天。"
                "其名下在本机构的全部开单涉及医保范围内金额{}元。",
                "dr_code",
                "other",
                pl.when(pl.col("main_other") & ~pl.col("main")).then(pl.lit("（主执业机构）")).otherwise(pl.lit("")),
                "days",
                pl.col("between") - pl.col("days"),
                "worked",
                "worked_other",
                yuan(pl.col("all_worth")),
            ),
        )
    )
