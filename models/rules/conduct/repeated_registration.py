from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.wording import percent, yuan

#: registration, and outpatient and emergency consultation
VISIT_ITEMS = r"^00110(1|20000[1-4])"


def _registrations(t: Tables, p: Params) -> pl.LazyFrame:
    """Registration and consultation charges beyond the first of a day in one department (rows with ``again``), and totals."""
    del p
    charged = t.lines.filter(~pl.col("inpatient") & t.of_item(pl.col("hilist_code").str.contains(VISIT_ITEMS))).with_columns(
        place=pl.coalesce("acord_dept_codg", "bilg_dept_codg"), item=pl.col("hilist_code").str.slice(0, 11)
    )
    day = ["fixmedins_code", "psn_no", "date", "place", "item"]
    again = (
        charged.filter(pl.col("place").is_not_null())
        .sort("time", "bkkp_sn")
        .group_by(day, maintain_order=True)
        .agg(
            pl.col("cnt").sum().alias("n"),
            pl.col("hilist_name").first(),
            pl.col("mdtrt_id").last(),
            pl.col("bkkp_sn").slice(1).alias("again"),
            pl.col("bkkp_sn").first().alias("first"),
            pl.col("inscp_fen").slice(1).sum().alias("worth"),
        )
        .filter(pl.col("again").list.len() > 0)
    )
    totals = charged.group_by("fixmedins_code").agg(pl.col("cnt").sum().alias("charges"))
    return pl.concat([again, totals], how="diagonal")


@rule(
    title_zh="同日同科重复挂号诊查",
    title_en="Repeated registration",
    kind=Kind.SPLIT_BILLING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    params=("repeats_min", "share_min", "times_peers_min", "trim_share"),
    exceptions=("refund",),
    extract=_registrations,
)
def repeated_registration(t: Tables, p: Params) -> pl.LazyFrame:
    """The same registration or consultation charged again for one person on one day in one department.

    A number holds for the day: coming back with results costs nothing. Another department, or an emergency consultation beside
    an ordinary one, is lawful. It happens everywhere at times; a house answers from ``repeats_min`` repeats that are ``share_min``
    of its charges and ``times_peers_min`` times the rate of houses of its tier (the highest
    ``trim_share`` left out). One finding a person, day and department.
    """
    totals = t.extracted.filter(pl.col("charges").is_not_null()).group_by("fixmedins_code").agg(pl.col("charges").sum())
    again = t.extracted.filter(pl.col("again").is_not_null())
    habit = (
        totals.join(again.group_by("fixmedins_code").agg(pl.col("again").list.len().sum().alias("repeats")), on="fixmedins_code", how="left")
        .join(t.institutions.select("fixmedins_code", "tier"), on="fixmedins_code", how="left")
        .with_columns(pl.col("repeats").fill_null(0))
        .with_columns(
            share=pl.col("repeats") / pl.col("charges"),
            peers=others_rate(pl.col("repeats"), pl.col("charges"), p["trim_share"], over="tier"),
        )
        .filter(
            (pl.col("repeats") >= p["repeats_min"])
            & (pl.col("share") >= p["share_min"])
            & (pl.col("share") >= p["times_peers_min"] * pl.col("peers"))
        )
    )
    return again.join(habit.select("fixmedins_code", "repeats", "share", "peers"), on="fixmedins_code", how="inner").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        pl.col("again").alias("bkkp_sns"),
        pl.concat_list("first").alias("related_bkkp_sns"),
        pl.col("date").alias("occurred_from"),
        pl.col("date").alias("occurred_to"),
        evidence=filled(
            "{}同一参保人在同一科室收取“{}”{}次，重复部分涉及医保范围内金额{}元；本机构此类重复{}次，占{}，同级机构为{}。",
            "date",
            "hilist_name",
            pl.col("n").round().cast(pl.Int64),
            yuan(pl.col("worth")),
            "repeats",
            percent(pl.col("share")),
            percent(pl.col("peers")),
        ),
    )
