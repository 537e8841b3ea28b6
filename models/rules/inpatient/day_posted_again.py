from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import habitual
from models.rules.inpatient._stays import stay_lines
from models.wording import percent, yuan


def _doubled_days(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays with days on which what is given day by day stands twice (rows with ``again``), and how many stays with such items every house has
    (rows with ``stays``)."""
    daily = stay_lines(t).filter((pl.col("role") == "therapy") & (pl.col("list_type") == "201") | (pl.col("role") == "drug") & ~pl.col("take_home"))
    course = ["mdtrt_id", "hilist_code"]
    per_day = [*course, "date"]
    quantity = (
        daily.filter(pl.col("date").n_unique().over(course) > p["other_days_min"])
        .group_by(per_day)
        .agg(
            pl.col("cnt").sum().alias("today"),
            pl.len().alias("lines"),
            pl.col("cnt").max().alias("largest"),
            pl.col("time").n_unique().alias("times"),
            pl.col("stay_begn", "stay_end").first(),
        )
        .with_columns(
            usual=pl.col("today").median().over(course),
            usual_lines=pl.col("lines").median().over(course),
            steady=(pl.col("today") == pl.col("today").median()).mean().over(course),
        )
        .filter(pl.col("steady") >= p["steady_share_min"])
        # orders change on the first and the last day
        .filter((pl.col("date") > pl.col("stay_begn")) & (pl.col("date") < pl.col("stay_end")).fill_null(value=True))
        .with_columns(
            twice=(pl.col("today") == 2 * pl.col("usual"))
            & (pl.col("lines") == 2 * pl.col("usual_lines"))
            & (pl.col("largest") <= pl.col("usual"))
            & (pl.col("times") > 1)
        )
    )
    days = (
        quantity.group_by("mdtrt_id", "date")
        .agg(pl.len().alias("items"), pl.col("twice").sum().alias("doubled"))
        .filter((pl.col("doubled") >= p["items_min"]) & (pl.col("doubled") >= p["items_share_min"] * pl.col("items")))
    )
    lines = (
        daily.join(quantity.filter("twice").select(per_day), on=per_day)
        .join(days.filter(pl.len().over("mdtrt_id") <= p["days_max"]), on=["mdtrt_id", "date"])
        .with_columns(later=pl.int_range(pl.len()).over(per_day, order_by=["time", "bkkp_sn"]) * 2 >= pl.len().over(per_day))
    )
    found = lines.group_by("fixmedins_code", "psn_no", "mdtrt_id").agg(
        pl.col("bkkp_sn").filter("later").sort().alias("again"),
        pl.col("bkkp_sn").filter(~pl.col("later")).sort().alias("first"),
        pl.col("date").min().alias("occurred_from"),
        pl.col("date").max().alias("occurred_to"),
        pl.col("date").n_unique().alias("days"),
        pl.col("hilist_name").unique().sort().head(4).str.join("、").alias("names"),
        pl.col("hilist_code").n_unique().alias("items"),
        pl.col("inscp_fen").filter("later").sum().alias("worth"),
    )
    totals = (
        quantity.select("mdtrt_id")
        .unique()
        .join(t.stays.select("mdtrt_id", "fixmedins_code"), on="mdtrt_id")
        .group_by("fixmedins_code")
        .agg(stays=pl.len().cast(pl.Int64))
    )
    return pl.concat([found, totals], how="diagonal")


@rule(
    title_zh="整日医嘱费用另日重复入账",
    title_en="A day's orders posted again",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "chance_max",
        "days_max",
        "items_min",
        "items_share_min",
        "other_days_min",
        "stays_min",
        "steady_share_min",
        "times_city_min",
        "trim_share",
        "usual_floor",
    ),
    exceptions=("refund",),
    extract=_doubled_days,
)
def day_posted_again(t: Tables, p: Params) -> pl.LazyFrame:
    """A day of a stay that bears twice what every other day bears: another day's drugs and treatments were posted on it a second time.

    Standing orders are the same every day, so that only what departs from the stay's own days counts. An item has a usual quantity when it stands
    on more than ``other_days_min`` days and on ``steady_share_min`` of them in the same quantity; it stands twice on a day that has exactly
    double, in twice the lines, at other times. A day counts when ``items_min`` items, and ``items_share_min`` of those that are given day by day,
    stand twice. The first and the last day, on which orders change, are left out, and stays with more than ``days_max`` such days: there the
    orders were doubled. A patient who grew worse for a day is possible, so a house answers from ``stays_min`` such stays on, at
    ``times_city_min`` times the other houses' share (the highest ``trim_share`` of them left out; at least ``usual_floor``) and more than chance
    allows (binomial, ``chance_max``). At fault are the later lines; one finding a stay. An honest house shows two orders and two executions.
    """
    found = t.extracted.filter(pl.col("again").is_not_null()).drop("stays")
    house = (
        t.extracted.filter(pl.col("stays").is_not_null())
        .group_by("fixmedins_code")
        .agg(pl.col("stays").sum())
        .join(found.group_by("fixmedins_code").agg(doubled=pl.len().cast(pl.Int64)), on="fixmedins_code", how="left")
        .with_columns(pl.col("doubled").fill_null(0))
    )
    habit = habitual(house, "doubled", "stays", p, least="stays_min").select("fixmedins_code", "stays", "doubled", "usual")
    return found.join(habit, on="fixmedins_code").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        pl.col("again").alias("bkkp_sns"),
        pl.col("first").alias("related_bkkp_sns"),
        "occurred_from",
        "occurred_to",
        evidence=filled(
            "住院期间有{}天（{}起）{}等{}个逐日项目的数量和条数恰为本人其他多数日的两倍，重复部分涉及医保范围内金额{}元；本机构有逐日医嘱的住院{}次中{}次如此，全市其他机构为{}。须核对医嘱和执行记录。",
            "days",
            "occurred_from",
            "names",
            "items",
            yuan(pl.col("worth")),
            "stays",
            "doubled",
            percent(pl.col("usual")),
        ),
    )
