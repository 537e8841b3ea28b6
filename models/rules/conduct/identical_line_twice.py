from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.several_newborns import several_newborns
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.wording import percent, yuan


def _repeats(t: Tables, p: Params) -> pl.LazyFrame:
    """Service lines posted again word for word (rows with ``again``), and every institution's count of service lines."""
    services = several_newborns.clear(t.lines.filter((pl.col("list_type") == "201") & pl.col("rx_drord_no").is_not_null()), t, p)
    same = ["fixmedins_code", "psn_no", "mdtrt_id", "hilist_code", "time", "cnt", "pric", "rx_drord_no", "bilg_dr_code"]
    # a charge at midnight is a day's charge; several of one order are counted by other rules
    timed = services.filter((pl.col("time").dt.time() != pl.time(0, 0)) & (pl.len().over("mdtrt_id", "time", "hilist_code") > 1))
    repeats = (
        timed.sort("bkkp_sn")
        .group_by(same, maintain_order=True)
        .agg(
            pl.len().alias("n"),
            pl.col("hilist_name").first(),
            pl.col("setl_id").first(),
            pl.col("date").first(),
            pl.col("bkkp_sn").slice(1).alias("again"),
            pl.col("bkkp_sn").first().alias("first"),
            pl.col("inscp_fen").slice(1).sum().alias("worth"),
        )
        .filter(pl.col("n") > 1)
        .select("fixmedins_code", "psn_no", "mdtrt_id", "setl_id", "hilist_name", "date", "again", "first", "worth")
    )
    totals = services.group_by("fixmedins_code").agg(pl.len().cast(pl.UInt32).alias("lines"))
    return pl.concat([repeats, totals], how="diagonal")


@rule(
    title_zh="同一医嘱重复计费",
    title_en="Identical line twice",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    params=("repeats_min", "share_min", "times_city_min", "trim_share"),
    exceptions=("several_newborns", "refund"),
    extract=_repeats,
)
def identical_line_twice(t: Tables, p: Params) -> pl.LazyFrame:
    """One order of a service charged again: same visit, item, order number, physician, count, price and second.

    A broken interface posts a line twice now and then; a house answers when it does so as a habit: ``repeats_min`` repeats, ``share_min`` of
    its service lines and ``times_city_min`` times the other houses (the highest ``trim_share`` of them left out). Drugs and consumables are
    left out (two boxes are two lines), as are charges stamped midnight and the items of twins on their mother's record. At fault is every line
    after the first. One finding a visit.
    """
    totals = t.extracted.filter(pl.col("lines").is_not_null()).group_by("fixmedins_code").agg(pl.col("lines").sum())
    repeats = t.extracted.filter(pl.col("again").is_not_null())
    habit = (
        totals.join(repeats.group_by("fixmedins_code").agg(pl.col("again").list.len().sum().alias("repeats")), on="fixmedins_code", how="left")
        .with_columns(pl.col("repeats").fill_null(0))
        .with_columns(
            share=pl.col("repeats") / pl.col("lines"),
            city=others_rate(pl.col("repeats"), pl.col("lines"), p["trim_share"]),
        )
        .filter(
            (pl.col("repeats") >= p["repeats_min"]) & (pl.col("share") >= p["share_min"]) & (pl.col("share") >= p["times_city_min"] * pl.col("city"))
        )
    )
    return (
        repeats.join(habit.drop("lines"), on="fixmedins_code", how="inner")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "repeats", "share", "city")
        .agg(
            pl.col("setl_id").first(),
            pl.col("again").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sns"),
            pl.col("first").alias("related_bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("hilist_name").unique().sort().head(4).alias("names"),
            pl.col("worth").sum(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "同一医嘱同一时刻重复计费{}条（{}），涉及医保范围内金额{}元；本机构此类重复{}条，占诊疗项目明细{}，全市其他机构为{}。",
                pl.col("bkkp_sns").list.len(),
                pl.col("names").list.join("、"),
                yuan(pl.col("worth")),
                "repeats",
                percent(pl.col("share")),
                percent(pl.col("city")),
            ),
        )
    )
