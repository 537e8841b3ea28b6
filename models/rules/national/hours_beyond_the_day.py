from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import habitual
from models.rules.national._points import limited_lines, one_point
from models.wording import count, percent, yuan


def _posted(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays with more hours posted of a service than had passed since its last posting (rows with ``bkkp_sns``), and each house's stays with
    services by the hour (rows with ``timed``)."""
    by_hour = one_point(limited_lines(t, "医疗服务项目限定频次").filter((pl.col("unit") == "hour") & (pl.col("cnt") > 0) & pl.col("inpatient")))
    key = ["mdtrt_id", "hilist_code"]
    day = (
        by_hour.sort("time", "bkkp_sn")
        .group_by("fixmedins_code", "psn_no", *key, "date")
        .agg(
            pl.col("hilist_name", "begn_date", "case_paid").first(),
            pl.col("cnt").sum().alias("hours"),
            pl.col("bkkp_sn"),
            pl.col("inscp_fen").sum(),
            pl.col("fund_fen").sum(),
        )
        .with_columns(since=pl.col("date").shift(1).over(key, order_by="date"))
        .with_columns(
            # the hours of days on which nothing was posted may stand on the next
            room=24
            * pl.coalesce((pl.col("date") - pl.col("since")).dt.total_days(), (pl.col("date") - pl.col("begn_date")).dt.total_days() + 1).clip(
                lower_bound=1
            )
        )
    )
    part = (pl.col("hours") - pl.col("room")) / pl.col("hours")
    over = (
        day.filter(pl.col("hours") >= pl.col("room") + p["hours_over_min"])
        .with_columns(excess=(pl.col("inscp_fen") * part).round().cast(pl.Int64), lost=(pl.col("fund_fen") * part).round().cast(pl.Int64))
        .sort("date", "hilist_code")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", maintain_order=True)
        .agg(
            pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("excess").sum(),
            pl.when("case_paid").then(0).otherwise("lost").sum().alias("lost"),
            filled("{}{}{}小时", "date", "hilist_name", count(pl.col("hours"))).head(3).str.join("、").alias("said"),
        )
    )
    sizes = by_hour.group_by("fixmedins_code").agg(pl.col("mdtrt_id").n_unique().cast(pl.UInt32).alias("timed"))
    return pl.concat([over, sizes], how="diagonal")


@rule(
    title_zh="按小时计费超过当日时长",
    title_en="More hours than the day has",
    kind=Kind.OVERPRICING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    params=("hours_over_min", "stays_min", "times_city_min", "usual_floor", "chance_max", "trim_share"),
    exceptions=("refund", "self_paid"),
    extract=_posted,
)
def hours_beyond_the_day(t: Tables, p: Params) -> pl.LazyFrame:
    """Monitoring or ventilation by the hour of which more hours were billed for a day than the day has.

    The services are those the national rule base counts by the hour. Hours may be posted for several days at once: a posting has room for 24
    hours of every day since the last one (the first for every day since the admission), and what exceeds it by ``hours_over_min`` hours is
    at issue. A single correction posted late is a slip; a house answers from ``stays_min`` such stays on, at ``times_city_min`` times the other
    houses' share of stays with such services (the highest ``trim_share`` left out, at least ``usual_floor``) and more than chance allows
    (``chance_max``). One finding a stay; the amount is the share of the hours beyond the room. ``service_frequency`` judges the whole stay.
    """
    over = t.extracted.filter(pl.col("mdtrt_id").is_not_null()).drop("timed")
    houses = (
        t.extracted.filter(pl.col("timed").is_not_null())
        .group_by("fixmedins_code")
        .agg(pl.col("timed").sum())
        .join(over.group_by("fixmedins_code").agg(pl.len().alias("stays")), on="fixmedins_code", how="left")
        .with_columns(pl.col("stays").fill_null(0))
    )
    return over.join(habitual(houses, "stays", "timed", p, least="stays_min"), on="fixmedins_code").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "bkkp_sns",
        "occurred_from",
        "occurred_to",
        amount_fen="excess",
        loss_fen="lost",
        strength=(0.4 + pl.col("stays") / pl.col("timed")).clip(upper_bound=0.9),
        evidence=filled(
            "{}，超过自上次记账以来的时长，超出部分{}元；本机构按小时计费的住院{}例中{}例如此（{}），其他机构为{}。",
            "said",
            yuan(pl.col("excess")),
            "timed",
            "stays",
            percent(pl.col("stays") / pl.col("timed")),
            percent(pl.col("others")),
        ),
    )
