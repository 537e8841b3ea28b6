from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.wording import count, percent, span, yuan


def _monitored(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays with a recorder on a monitored day (rows with ``psn_no``), and each house's stays with such a day (rows with ``monitored``)."""
    name = pl.col("hilist_name")
    hours = (
        t.lines.filter(pl.col("inpatient") & t.of_item(name.str.contains(p["monitors"])))
        .group_by("fixmedins_code", "mdtrt_id", "date")
        .agg(pl.col("cnt").sum().alias("hours"), pl.col("bkkp_sn").sort().alias("monitor"))
        .filter(pl.col("hours") >= p["hours_min"])
    )
    recorded = (
        t.lines.filter(pl.col("inpatient") & (pl.col("inscp_fen") > 0) & t.of_item(name.str.contains(p["recorders"])))
        .join(hours, on=["fixmedins_code", "mdtrt_id", "date"], how="inner")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id")
        .agg(
            pl.col("setl_id").drop_nulls().first(),
            pl.col("bkkp_sn").sort().alias("bkkp_sns"),
            pl.col("monitor").list.explode(keep_nulls=False, empty_as_null=False).unique().sort().alias("related_bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("hilist_name").unique().sort().alias("names"),
            pl.col("hours").max(),
            pl.col("inscp_fen").sum().alias("worth"),
        )
    )
    sizes = hours.group_by("fixmedins_code").agg(pl.col("mdtrt_id").n_unique().cast(pl.UInt32).alias("monitored"))
    return pl.concat([recorded, sizes], how="diagonal")


@rule(
    title_zh="床旁监护串换动态心电图、动态血压",
    title_en="Bedside monitoring billed as ambulatory recording",
    kind=Kind.ITEM_SWAP,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3", "reg.38.4", "base.problems2025"),
    needs=("fee_list_d",),
    params=("monitors", "recorders", "hours_min", "visits_min", "share_min", "times_city_min", "trim_share"),
    exceptions=("refund",),
    extract=_monitored,
)
def monitoring_billed_as_holter(t: Tables, p: Params) -> pl.LazyFrame:
    """Ambulatory ECG or blood-pressure recording billed on a day on which the bed's monitor ran (problem list 2025, no. 24 and 25).

    The monitor already shows rhythm and pressure hour by hour; what it shows was billed once more as the dear recording. A day counts when
    at least ``hours_min`` hours of monitoring were billed. A patient who is taken off the monitor may be given a recorder the same afternoon,
    so a house answers where it is a habit: at least ``visits_min`` stays, ``share_min`` of its stays with such a day, and ``times_city_min``
    times the share at the other houses (the highest ``trim_share`` of them left out). One finding a stay. An honest answer would be the
    recorder's report with its own beginning and end.
    """
    recorded = t.extracted.filter(pl.col("psn_no").is_not_null()).drop("monitored")
    sizes = t.extracted.filter(pl.col("monitored").is_not_null()).group_by("fixmedins_code").agg(pl.col("monitored").sum())
    houses = (
        sizes.join(recorded.group_by("fixmedins_code").agg(pl.len().alias("visits")), on="fixmedins_code", how="left")
        .with_columns(pl.col("visits").fill_null(0))
        .with_columns(share=pl.col("visits") / pl.col("monitored"), city=others_rate(pl.col("visits"), pl.col("monitored"), p["trim_share"]))
        .filter(
            (pl.col("visits") >= p["visits_min"]) & (pl.col("share") >= p["share_min"]) & (pl.col("share") >= p["times_city_min"] * pl.col("city"))
        )
    )
    return recorded.join(houses, on="fixmedins_code", how="inner").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        "bkkp_sns",
        "related_bkkp_sns",
        "occurred_from",
        "occurred_to",
        strength=(0.3 + pl.col("share")).clip(upper_bound=0.9),
        evidence=filled(
            "{}已收取床旁心电监测{}小时，同日又收取{}，医保范围内金额{}元；本机构全天监护的住院中{}（{}例）如此，其他机构为{}。须核对动态检查报告的起止时间。",
            span(pl.col("occurred_from"), pl.col("occurred_to")),
            count(pl.col("hours")),
            pl.col("names").list.join("、"),
            yuan(pl.col("worth")),
            percent(pl.col("share")),
            "visits",
            percent(pl.col("city")),
        ),
    )
