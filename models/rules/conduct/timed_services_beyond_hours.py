from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import yuan


def _timed(t: Tables, p: Params) -> pl.LazyFrame:
    """Services that take one person's whole attention for a known time: a row a fee line with its ``minutes``, once a person and day."""
    minutes = pl.coalesce(
        pl.when(pl.col("hilist_name").str.contains(words)).then(pl.lit(time, pl.Int64)) for words, time in sorted(p["minutes"].items())
    )
    return (
        t.lines.filter(
            pl.col("bilg_dr_code").is_not_null() & t.of_item((pl.col("list_type") == "201") & ~pl.col("hilist_name").str.contains(p["in_groups"]))
        )
        .with_columns(minutes=t.of_item(minutes))
        .filter(pl.col("minutes").is_not_null() & (pl.col("cnt") > 0))
        .select(
            "bkkp_sn",
            "psn_no",
            "fixmedins_code",
            "date",
            "time",
            "inscp_fen",
            "minutes",
            dr_code="bilg_dr_code",
            group=pl.col("hilist_name").str.replace(r"[(（].*$", ""),
        )
        # several lines of one service on one day are one session: only the first takes time
        .with_columns(
            minutes=pl.when(pl.int_range(pl.len()).over("psn_no", "date", "group", order_by=["time", "bkkp_sn"]) == 0).then("minutes").otherwise(0)
        )
    )


@rule(
    title_zh="计时诊疗超出医师一日工时",
    title_en="Timed services beyond a working day",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.4", "reg.40.3"),
    needs=("fee_list_d",),
    params=("minutes", "in_groups", "hours_a_day_max", "days_min"),
    exceptions=("refund",),
    extract=_timed,
)
def timed_services_beyond_hours(t: Tables, p: Params) -> pl.LazyFrame:
    """One physician's psychotherapy, behaviour therapy and other services that need his whole attention add up to more hours than a day has.

    ``minutes`` holds the least time of each service; treatment in groups is left out, and several lines of one service for one person on one day
    are one session. A day counts when they add up to more than ``hours_a_day_max`` hours, and ``days_min`` such days of a physician at one
    house make a finding a month. At fault are the lines after the hours were used up, in the order they were booked; the others of those days
    stand beside them. An honest answer would be a team that books under one name: then the records name who treated.
    """
    order = ["time", "bkkp_sn"]
    day = ["dr_code", "fixmedins_code", "date"]
    lines = t.extracted.with_columns(used=pl.col("minutes").cum_sum().over(day, order_by=order), total=pl.col("minutes").sum().over(day))
    over = lines.filter(pl.col("total") > p["hours_a_day_max"] * 60).with_columns(beyond=pl.col("used") > p["hours_a_day_max"] * 60)
    return (
        over.group_by("dr_code", "fixmedins_code", month=pl.col("date").dt.truncate("1mo"))
        .agg(
            pl.col("date").n_unique().alias("days"),
            pl.col("bkkp_sn").filter(pl.col("beyond")).sort().alias("bkkp_sns"),
            pl.col("bkkp_sn").filter(~pl.col("beyond")).sort().alias("related_bkkp_sns"),
            pl.col("total").max().alias("most"),
            pl.col("date").sort_by("total", "date").last().alias("worst"),
            pl.col("psn_no").filter(pl.col("date") == pl.col("date").sort_by("total", "date").last()).n_unique().alias("persons"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("inscp_fen").filter(pl.col("beyond")).sum().alias("worth"),
        )
        .with_columns(all_days=pl.col("days").sum().over("dr_code", "fixmedins_code"))
        .filter(pl.col("all_days") >= p["days_min"])
        .select(
            "fixmedins_code",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.02 * pl.col("all_days")).clip(upper_bound=0.9),
            evidence=filled(
                "医师{}当月有{}天所开须逐人进行的心理、行为治疗等按最短时长合计超过{}小时，最多一天（{}）为{}人、合计{}小时；超出部分涉及医保范围内金额{}元。",
                "dr_code",
                "days",
                pl.lit(str(p["hours_a_day_max"])),
                "worst",
                "persons",
                (pl.col("most") / 60).round(1),
                yuan(pl.col("worth")),
            ),
        )
    )
