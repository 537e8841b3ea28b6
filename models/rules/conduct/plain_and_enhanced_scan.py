from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.wording import percent


def _enhanced(t: Tables, p: Params) -> pl.LazyFrame:
    """Enhanced scans, one row a line, with the plain scan of the same part and apparatus charged within ``minutes_max`` (null: none)."""
    scans = t.lines.filter(t.of_item((pl.col("list_type") == "201") & pl.col("hilist_name").str.contains(p["apparatus"]))).select(
        "bkkp_sn",
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "date",
        "time",
        "hilist_name",
        ct=pl.col("hilist_name").str.contains(p["ct"]),
        part=pl.col("hilist_name").str.extract(r"[(（]([^()（）]*)[)）]$").fill_null(""),
        plain=pl.col("hilist_name").str.contains(p["plain"]),
        enhanced=pl.col("hilist_name").str.contains(p["enhanced"]),
    )
    keys = ["mdtrt_id", "psn_no", "fixmedins_code", "ct", "part"]
    enhanced = scans.filter(pl.col("enhanced") & ~pl.col("plain")).drop("plain", "enhanced")
    plain = scans.filter(pl.col("plain") & ~pl.col("enhanced")).select(*keys, plain_sn="bkkp_sn", plain_time="time", plain_name="hilist_name")
    pairs = (
        enhanced.join(plain, on=keys, how="inner")
        .filter((pl.col("time") - pl.col("plain_time")).abs() <= pl.duration(minutes=p["minutes_max"]))
        .sort("bkkp_sn", "plain_sn")
        .unique("plain_sn", keep="first", maintain_order=True)
        .unique("bkkp_sn", keep="first", maintain_order=True)
    )
    return enhanced.join(pairs.select("bkkp_sn", "plain_sn", "plain_name"), on="bkkp_sn", how="left")


@rule(
    title_zh="CT、磁共振平扫加增强分别收费",
    title_en="Plain and enhanced scan charged separately",
    kind=Kind.SPLIT_BILLING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    params=("apparatus", "ct", "plain", "enhanced", "minutes_max", "persons_min", "share_min", "times_city_min", "trim_share"),
    exceptions=("refund",),
    extract=_enhanced,
)
def plain_and_enhanced_scan(t: Tables, p: Params) -> pl.LazyFrame:
    """A scan with contrast is one service in two passes; a house charges the plain pass beside it as a service of its own.

    Told are plain scans of the same person, apparatus and named part within ``minutes_max`` minutes of the enhanced one. Two parts of the
    body that the item does not name can coincide, so only a house answers that does it to at least ``persons_min`` persons, in
    ``share_min`` of its enhanced scans, and ``times_city_min`` times as often as the other houses, the highest ``trim_share`` of them left out:
    where the city's price list charges both, everybody does. At fault is the plain scan. One finding a visit.
    """
    scans = t.extracted.with_columns(both=pl.col("plain_sn").is_not_null())
    houses = (
        scans.group_by("fixmedins_code")
        .agg(
            pl.len().cast(pl.Int64).alias("scans"),
            pl.col("both").sum().cast(pl.Int64).alias("pairs"),
            pl.col("psn_no").filter(pl.col("both")).n_unique().alias("persons"),
        )
        .with_columns(share=pl.col("pairs") / pl.col("scans"), city=others_rate(pl.col("pairs"), pl.col("scans"), p["trim_share"]))
        .filter(
            (pl.col("persons") >= p["persons_min"]) & (pl.col("share") >= p["share_min"]) & (pl.col("share") >= p["times_city_min"] * pl.col("city"))
        )
    )
    return (
        scans.filter("both")
        .join(houses, on="fixmedins_code", how="inner")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "scans", "pairs", "share", "city")
        .agg(
            pl.col("plain_sn").sort().alias("bkkp_sns"),
            pl.col("bkkp_sn").sort().alias("related_bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("plain_name").unique().sort().str.join("、").alias("names"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.5 * pl.col("share")).clip(upper_bound=0.8),
            evidence=filled(
                "增强扫描前后同部位另收{}{}次；平扫加增强为一次检查，不应分别收费。本机构{}次增强扫描中{}次如此（{}），全市其他机构为{}。",
                "names",
                pl.col("bkkp_sns").list.len(),
                "scans",
                "pairs",
                percent(pl.col("share")),
                percent(pl.col("city")),
            ),
        )
    )
