from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import habitual
from models.wording import percent, yuan


def _by_hand(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatients' treatments by hand: a row a fee line with the least ``minutes`` of the therapist's hands, once a person, day and sort."""
    sort = pl.coalesce(pl.when(pl.col("hilist_name").str.contains(words)).then(pl.lit(words)) for words in sorted(p["minutes"]))
    return (
        t.lines.filter(
            ~pl.col("inpatient")
            & pl.col("bilg_dr_code").is_not_null()
            & t.of_item((pl.col("list_type") == "201") & ~pl.col("hilist_name").str.contains(p["not_by_hand"]))
            & (pl.col("time").dt.time() != pl.time(0, 0))
        )
        .with_columns(sort=t.of_item(sort))
        .filter(pl.col("sort").is_not_null())
        .select(
            "bkkp_sn",
            "psn_no",
            "fixmedins_code",
            "date",
            "time",
            "hilist_name",
            "inscp_fen",
            "sort",
            dr_code="bilg_dr_code",
            minutes=pl.when(pl.int_range(pl.len()).over("psn_no", "date", "sort", order_by=["time", "bkkp_sn"]) == 0)
            .then(pl.col("sort").replace_strict(p["minutes"], return_dtype=pl.Int64, default=0))
            .otherwise(0),
        )
    )


@rule(
    title_zh="手法治疗超出医师一小时所能",
    title_en="More treatments by hand than an hour allows",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.4", "reg.40.3"),
    needs=("fee_list_d",),
    params=(
        "alike_share_min",
        "chance_max",
        "days_min",
        "minutes",
        "minutes_max",
        "not_by_hand",
        "persons_min",
        "sorts_min",
        "times_city_min",
        "times_own_min",
        "trim_share",
        "usual_floor",
    ),
    exceptions=("refund",),
    extract=_by_hand,
)
def hands_beyond_the_hour(t: Tables, p: Params) -> pl.LazyFrame:
    """Needle, moxa and massage of more outpatients within one hour than one physician's hands can give, all of them the same.

    ``minutes`` holds the least time of the hands for each sort, once a person and day; devices and plasters (``not_by_hand``) need none. Patients
    may pay in a queue and be treated through the day, so an hour with more than ``minutes_max`` minutes of ``persons_min`` persons counts only
    where ``alike_share_min`` of them have the same set of at least ``sorts_min`` sorts, and where it has ``times_own_min`` times the persons of
    the physician's usual day: a full clinic is full every day, and not of one complaint. A physician answers from ``days_min`` such days at one
    house on, at ``times_city_min`` times the other physicians' share of days (the highest ``trim_share`` of them left out; at least
    ``usual_floor``) and more than chance allows (binomial, ``chance_max``). One finding a physician and month; in question are the
    lines of those who had the same, the others of the hour stand beside them. An honest house shows who treated whom, and when.
    """
    own = ["fixmedins_code", "dr_code"]
    day = [*own, "date"]
    lines = t.extracted
    hours = (
        lines.select(*day, "time", "psn_no", "minutes")
        .sort(*day, "time")
        .rolling(index_column="time", period="60m", closed="both", group_by=day)
        .agg(pl.col("minutes").sum().alias("busy"), pl.col("psn_no").n_unique().alias("persons"))
        .sort("busy", "time", descending=[True, False])
        .group_by(day)
        .agg(pl.col("time", "busy", "persons").first())
        .rename({"time": "until"})
    )
    within = lines.join(hours, on=day).filter(pl.col("time").is_between(pl.col("until").dt.offset_by("-60m"), pl.col("until")))
    sets = within.group_by(*day, "psn_no").agg(pl.col("sort").unique().sort().str.join("+").alias("set"), pl.col("sort").n_unique().alias("sorts"))
    alike = (
        sets.filter(pl.col("sorts") >= p["sorts_min"])
        .group_by(*day, "set")
        .agg(pl.len().alias("same"))
        .sort("same", "set", descending=[True, False])
        .unique(day, keep="first", maintain_order=True)
        .rename({"set": "common"})
    )
    days = (
        hours.join(alike, on=day, how="left")
        .with_columns(usual_persons=pl.col("persons").median().over(own))
        .with_columns(
            over=(pl.col("busy") > p["minutes_max"])
            & (pl.col("persons") >= p["persons_min"])
            & (pl.col("persons") >= p["times_own_min"] * pl.col("usual_persons"))
            & (pl.col("same") >= p["alike_share_min"] * pl.col("persons")).fill_null(value=False)
        )
    )
    physician = habitual(
        days.group_by(own).agg(pl.len().cast(pl.Int64).alias("days"), pl.col("over").sum().cast(pl.Int64)), "over", "days", p, least="days_min"
    ).select(*own, "usual", all_days="days", over_days="over")
    return (
        within.join(days.filter("over").select(*day, "usual_persons", "common", "same"), on=day)
        .join(sets.select(*day, "psn_no", "set"), on=[*day, "psn_no"])
        .join(physician, on=own)
        .with_columns(alike=pl.col("set") == pl.col("common"))
        .group_by(*own, "usual", "all_days", "over_days", "usual_persons", month=pl.col("date").dt.truncate("1mo"))
        .agg(
            pl.col("bkkp_sn").filter("alike").sort().alias("bkkp_sns"),
            pl.col("bkkp_sn").filter(~pl.col("alike")).sort().alias("related_bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("date").sort_by("busy", "date").last().alias("worst"),
            pl.col("same").sort_by("busy", "date").last(),
            pl.col("busy").max(),
            pl.col("persons").sort_by("busy", "date").last(),
            pl.col("hilist_name").filter("alike").unique().sort().head(4).str.join("、").alias("names"),
            pl.col("inscp_fen").filter("alike").sum().alias("worth"),
        )
        .select(
            "fixmedins_code",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "医师{}于{}一小时内为{}人收取手法治疗，其中{}人项目相同（{}），按最短手工时长合计{}分钟（其平日最忙一小时{}人）；其{}个治疗日中{}日如此，其他医师为{}；"
                "当月项目相同者涉及医保范围内金额{}元。须核对由谁、何时治疗。",
                "dr_code",
                "worst",
                "persons",
                "same",
                "names",
                "busy",
                pl.col("usual_persons").cast(pl.Int64),
                "all_days",
                "over_days",
                percent(pl.col("usual")),
                yuan(pl.col("worth")),
            ),
        )
    )
