from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import BED_PREFIX, INPATIENT_CONSULTATION, NURSING_I, NURSING_II, NURSING_III, NURSING_SPECIAL
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.mother_and_newborn import mother_and_newborn
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import percent, yuan

#: the four nursing grades: one a day, whichever
GRADES = (NURSING_SPECIAL, NURSING_I, NURSING_II, NURSING_III)


def _stays_with_surplus(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays with a day item charged more than once for a day (rows with ``faulty``), and every institution's count of stays (rows with ``stays``).

    ``sure`` are days of groups charged more often than the stay has days, counting both end days; the other days lie in stays whose every night
    has its charge already.
    """
    group = (
        pl.when(pl.col("hilist_code").str.starts_with(BED_PREFIX))
        .then(pl.lit("床位费"))
        .when(pl.col("hilist_code") == INPATIENT_CONSULTATION)
        .then(pl.lit("住院诊查费"))
        .when(pl.col("hilist_code").is_in(GRADES))
        .then(pl.lit("分级护理"))
    )
    stays = t.stays.select("mdtrt_id", "los")
    charged = (
        t.lines.filter(pl.col("inpatient"))
        .with_columns(group=t.of_item(group))
        .filter(pl.col("group").is_not_null())
        .join(stays, on="mdtrt_id", how="inner")
    )
    own = mother_and_newborn.clear(charged, t, p)
    totals = own.select("fixmedins_code", "mdtrt_id").unique().group_by("fixmedins_code").agg(stays=pl.len().cast(pl.Int64))
    day = ["mdtrt_id", "group", "date"]
    course = ["mdtrt_id", "group"]
    days = (
        own.group_by(day)
        .agg(
            today=pl.col("cnt").sum(),
            kinds=pl.max_horizontal(pl.col("bilg_dept_codg").n_unique(), pl.col("hilist_code").n_unique()),
            which=pl.concat_str(pl.col("bilg_dept_codg").fill_null(""), "hilist_code").unique().sort().str.join("|"),
            los=pl.col("los").first(),
        )
        .with_columns(charges=pl.col("today").sum().over(course), nights=pl.len().over(course))
    )
    # most stays have one charge a day: only the others are looked at closely
    several = days.filter((pl.col("today") > 1).any().over(course)).with_columns(alike=pl.len().over(*course, "which"))
    surplus = several.filter(
        (pl.col("today") > 1)
        # a change of ward: as many departments, or items, as charges; nobody is moved between the same two day after day
        & ((pl.col("kinds") < pl.col("today")) | (pl.col("alike") >= p["pair_days_min"]))
        & ((pl.col("charges") > pl.col("los") + 1) | ((pl.col("charges") > pl.col("los")) & (pl.col("nights") >= pl.col("los"))))
    ).select(*day, sure=pl.col("charges") > pl.col("los") + 1)
    lines = (
        own.join(surplus, on=day, how="inner")
        .sort("inscp_fen", "bkkp_sn", descending=[True, False])
        .with_columns(rank=pl.int_range(pl.len()).over(day))
        .with_columns(faulty=(pl.col("rank") > 0) | (pl.col("cnt") > 1))
    )
    stays_with = lines.group_by("fixmedins_code", "psn_no", "mdtrt_id", "los").agg(
        pl.col("bkkp_sn").filter("faulty").alias("faulty"),
        pl.col("bkkp_sn").filter(~pl.col("faulty")).alias("first"),
        pl.struct("group", "date").n_unique().alias("days"),
        pl.struct("group", "date").filter("sure").n_unique().alias("sure_days"),
        pl.col("date").min().alias("occurred_from"),
        pl.col("date").max().alias("occurred_to"),
        pl.col("group").unique().sort().str.join("、").alias("groups"),
        pl.col("inscp_fen").filter("faulty").sum().alias("worth"),
    )
    return pl.concat([stays_with, totals], how="diagonal")


@rule(
    title_zh="按日项目一日多次收费",
    title_en="Day item charged twice",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000102014000",
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d", "mdtrt_d"),
    params=("chance_max", "days_min", "pair_days_min", "stays_min", "times_usual", "trim_share", "usual_floor"),
    exceptions=("mother_and_newborn", "refund"),
    extract=_stays_with_surplus,
)
def day_item_charged_twice(t: Tables, p: Params) -> pl.LazyFrame:
    """Bed, in-patient consultation or nursing grade charged more than once for one day of a stay.

    The items of each group are one charge a day. A day on which the ward changed is cleared: two departments or two items of the group, each once,
    unless the same two stand on ``pair_days_min`` days of the stay. So are lines posted late in one go (the stay's charges do not exceed its days,
    counting both end days), and mother and newborn on one account. Stays with at least ``days_min`` such days make a finding. A single day may be a
    slip, or the day of discharge posted early: a stay with fewer days, or no more charges than both end days allow though every night has its own,
    counts where the house does so to ``stays_min`` stays, ``times_usual`` times the other houses' rate (the highest ``trim_share`` of them left
    out; at least ``usual_floor``) and more than chance allows (binomial, ``chance_max``). At fault are the cheaper charges beyond the first. One
    finding a stay.
    """
    rows = t.extracted.filter(pl.col("faulty").is_not_null()).drop("stays")
    house = (
        t.extracted.filter(pl.col("stays").is_not_null())
        .group_by("fixmedins_code")
        .agg(pl.col("stays").sum())
        .join(rows.group_by("fixmedins_code").agg(doubled=pl.len().cast(pl.Int64)), on="fixmedins_code", how="left")
        .with_columns(pl.col("doubled").fill_null(0))
        .with_columns(usual=others_rate(pl.col("doubled"), pl.col("stays"), p["trim_share"]).clip(p["usual_floor"]))
        .with_columns(chance=at_least("doubled", "stays", "usual"))
        .select(
            "fixmedins_code",
            "stays",
            "doubled",
            "usual",
            habit=(pl.col("doubled") >= p["stays_min"])
            & (pl.col("doubled") >= p["times_usual"] * pl.col("usual") * pl.col("stays"))
            & (pl.col("chance") <= p["chance_max"]),
        )
    )
    return (
        rows.join(house, on="fixmedins_code")
        .filter((pl.col("sure_days") >= p["days_min"]) | pl.col("habit"))
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            pl.col("faulty").alias("bkkp_sns"),
            pl.col("first").alias("related_bkkp_sns"),
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "本次住院{}天，有{}个项目日对按日收费项目（{}）收费超过1次，且总次数多于住院天数，重复部分涉及医保范围内金额{}元{}。",
                "los",
                "days",
                "groups",
                yuan(pl.col("worth")),
                pl.when("habit")
                .then(filled("；本机构{}次住院中{}次如此，其他机构为{}", "stays", "doubled", percent(pl.col("usual"))))
                .otherwise(pl.lit("")),
            ),
        )
    )
