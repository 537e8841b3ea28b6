from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import percent


def _visits(t: Tables, p: Params) -> pl.LazyFrame:
    """Visits of this bucket with enough lines, as sums an institution × month, and the lines of those wholly without a physician."""
    lines = t.lines.filter(~pl.col("med_type").str.starts_with("41"))
    visits = t.computed(
        lines.group_by("fixmedins_code", "mdtrt_id")
        .agg(
            pl.len().alias("n"),
            pl.col("bilg_dr_code").is_null().all().alias("blank"),
            pl.col("date").min().alias("first"),
            pl.col("date").max().alias("last"),
        )
        .filter(pl.col("n") >= p["lines_min"])
    )
    blank = lines.join(visits.filter("blank"), on="mdtrt_id", how="semi").group_by("mdtrt_id").agg(pl.col("bkkp_sn"))
    return (
        visits.join(blank, on="mdtrt_id", how="left")
        .group_by("fixmedins_code", pl.col("first").dt.truncate("1mo").alias("month"))
        .agg(
            pl.len().alias("visits"),
            pl.col("blank").sum(),
            pl.col("first").filter("blank").min(),
            pl.col("last").filter("blank").max(),
            pl.col("bkkp_sn").filter("blank").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sns"),
        )
    )


@rule(
    title_zh="收费明细普遍未填开单医师",
    title_en="Bills without a physician",
    kind=Kind.DATA_QUALITY,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000201002000",
    legal_basis=("reg.16", "reg.39.3"),
    needs=("fee_list_d",),
    params=("lines_min", "visits_min", "share_min", "times_peers_min"),
    exceptions=("refund",),
    extract=_visits,
)
def lines_without_physician(t: Tables, p: Params) -> pl.LazyFrame:
    """Whole visits on whose every line the ordering physician is missing, as a habit of one house.

    A stray blank happens to everybody, so only visits with at least ``lines_min`` lines, all blank, count. A house answers for
    ``visits_min`` of them that are ``share_min`` of its visits and ``times_peers_min`` times the median of the other houses of its
    level. Where a whole level leaves the field out, that is how its system delivers and accuses nobody; purchases at pharmacies
    need no physician. Without the physician nobody can be asked who ordered what. The record is wrong, so it carries no amount. One
    finding an institution and month.
    """
    tiers = t.institutions.filter(~pl.col("is_pharmacy").fill_null(value=False)).select("fixmedins_code", "tier")
    houses = (
        t.extracted.group_by("fixmedins_code").agg(pl.col("visits").sum().alias("all_visits"), pl.col("blank").sum().alias("all_blank"))
        .join(tiers, on="fixmedins_code", how="inner")
        .with_columns(share=pl.col("all_blank") / pl.col("all_visits"))
    )  # fmt: skip
    others = (
        houses.join(houses.select("tier", peer="fixmedins_code", peer_share="share"), on="tier", how="inner")
        .filter(pl.col("peer") != pl.col("fixmedins_code"))
        .group_by("fixmedins_code")
        .agg(pl.col("peer_share").median().alias("peers"))
    )
    standing = (
        houses.join(others, on="fixmedins_code", how="inner")
        .filter((pl.col("all_blank") >= p["visits_min"]) & (pl.col("share") >= p["share_min"]))
        .filter(pl.col("share") >= p["times_peers_min"] * pl.col("peers"))
    )
    return (
        t.extracted.filter(pl.col("blank") > 0)
        .group_by("fixmedins_code", "month")
        .agg(
            pl.col("visits").sum(),
            pl.col("blank").sum(),
            pl.col("first").min().alias("occurred_from"),
            pl.col("last").max().alias("occurred_to"),
            pl.col("bkkp_sns").list.explode(keep_nulls=False, empty_as_null=False),
        )
        .join(standing, on="fixmedins_code", how="inner")
        .select(
            "fixmedins_code",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            amount_fen=pl.lit(0, pl.Int64),
            loss_fen=pl.lit(0, pl.Int64),
            strength=(0.3 + 0.6 * pl.col("share")).clip(upper_bound=0.9),
            evidence=filled(
                "{}有{}人次就诊的全部明细（{}条）均未填开单医师，无法追溯由谁开立；全期此类就诊{}人次，占{}，同级其他机构中位数为{}。",
                pl.col("month").dt.strftime("%Y年%m月"),
                "blank",
                pl.col("bkkp_sns").list.len(),
                "all_blank",
                percent(pl.col("share")),
                percent(pl.col("peers")),
            ),
        )
    )
