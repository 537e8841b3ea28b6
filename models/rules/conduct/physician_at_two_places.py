from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
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
    version="2",
)
def physician_at_two_places(t: Tables, p: Params) -> pl.LazyFrame:
    """A physician without leave for several sites is registered at two and orders at both at the same time.

    He did so on at least ``same_days_min`` common days, or on ``alternating_days_min`` days at the place where he bills on fewer
    days, each of which lies between days at the other, both within ``window_days``. The finding is against the place that is not his main place
    of practice: the licence hangs there. Where the register does not tell, it is against the place where he bills on fewer days. Registered
    multi-site practice and houses of one organisation are cleared, and who left one place before beginning at the other never has such days. At
    fault are his lines there.
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
    met = _common_days(merged, pairs, p["window_days"])
    return (
        met.group_by("dr_code", "fixmedins_code", "other")
        .agg(
            (pl.col("same") & pl.col("here")).sum().alias("days"),
            pl.col("here").sum().alias("between_here"),
            (~pl.col("here")).sum().alias("between_there"),
            pl.col("related").filter("here").list.explode(keep_nulls=False, empty_as_null=False).alias("related_bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
        )
        .join(pairs, on=["dr_code", "fixmedins_code", "other"], how="inner")
        # at the place of fewer days: those at the busier one lie around every single visit to the other
        .with_columns(between=pl.when(pl.col("worked") <= pl.col("worked_other")).then("between_here").otherwise("between_there"))
        .filter((pl.col("days") >= p["same_days_min"]) | (pl.col("between") >= p["alternating_days_min"]))
        .select(
            "fixmedins_code",
            pl.col("all_lines").alias("bkkp_sns"),
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.05 * pl.col("days") + 0.01 * pl.col("between")).clip(upper_bound=0.95),
            evidence=filled(
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


def _common_days(merged: pl.LazyFrame, pairs: pl.LazyFrame, window: int) -> pl.LazyFrame:
    """Days of a physician at one place (``here``: the accused one) on which he ordered at the other too (``same``), or before and after."""
    sides = pl.concat(
        [
            pairs.select("dr_code", "fixmedins_code", "other", place="fixmedins_code", against="other", here=pl.lit(value=True)),
            pairs.select("dr_code", "fixmedins_code", "other", place="other", against="fixmedins_code", here=pl.lit(value=False)),
        ]
    )
    days = merged.select("dr_code", "date", place="fixmedins_code")
    there = merged.select("dr_code", against="fixmedins_code", date_there="date", there="bkkp_sn")
    apart = pl.col("apart")
    return (
        days.join(sides, on=["dr_code", "place"], how="inner")
        .join(there, on=["dr_code", "against"], how="inner")
        .with_columns(apart=(pl.col("date_there") - pl.col("date")).dt.total_days())
        .filter(apart.abs() <= window)
        .group_by("dr_code", "fixmedins_code", "other", "here", "date")
        .agg(
            same=(apart == 0).any(),
            around=(apart < 0).any() & (apart > 0).any(),
            related=pl.col("there").filter(apart == 0).list.explode(keep_nulls=False, empty_as_null=False),
        )
        .filter(pl.col("same") | pl.col("around"))
    )
