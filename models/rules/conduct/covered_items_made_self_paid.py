from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import percent, yuan


def _scope_of_items(t: Tables, p: Params) -> pl.LazyFrame:
    """In-patient money by item and institution, within and without scope (rows with ``fee``), and the lines wholly without (``bkkp_sn``)."""
    del p
    lines = t.lines.filter(pl.col("inpatient") & pl.col("setl_id").is_not_null() & ~pl.col("take_home"))
    outside = pl.col("inscp_fen") <= 0
    money = lines.group_by("fixmedins_code", "hilist_code", "insutype").agg(
        pl.col("fee_fen").sum().alias("fee"), pl.col("fee_fen").filter(outside).sum().alias("fee_outside")
    )
    single = lines.filter(outside).select(
        "bkkp_sn", "fixmedins_code", "psn_no", "mdtrt_id", "setl_id", "date", "hilist_code", "hilist_name", "insutype", "fee_fen"
    )
    return pl.concat([money, single], how="diagonal")


@rule(
    title_zh="医保内项目转由患者自费",
    title_en="Covered items made self-paid",
    kind=Kind.COST_SHIFTING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.39.6"),
    needs=("fee_list_d", "mdtrt_d"),
    params=("outside_elsewhere_max", "fee_fen_min", "share_min", "times_city_min", "stays_min"),
    exceptions=("refund",),
    extract=_scope_of_items,
)
def covered_items_made_self_paid(t: Tables, p: Params) -> pl.LazyFrame:
    """Items within the scope of cover, billed to in-patients as wholly self-paid, so that they burden neither budget nor case price.

    An item is covered when at other institutions, for the same insurance, at most ``outside_elsewhere_max`` of its in-patient
    money (of at least ``fee_fen_min``) lies outside scope. A limit of indication may put a line out lawfully; a hospital answers
    when ``stays_min`` stays are concerned, ``share_min`` of its money for such items and ``times_city_min`` times the share
    elsewhere. One finding a stay. The amount is what the patients paid; the fund lost nothing by these lines.
    """
    item = ["hilist_code", "insutype"]
    money = (
        t.extracted.filter(pl.col("fee").is_not_null())
        .group_by("fixmedins_code", *item)
        .agg(pl.col("fee").sum(), pl.col("fee_outside").sum())
        .with_columns(
            fee_elsewhere=pl.col("fee").sum().over(item) - pl.col("fee"),
            outside_elsewhere=pl.col("fee_outside").sum().over(item) - pl.col("fee_outside"),
        )
        .filter((pl.col("fee_elsewhere") >= p["fee_fen_min"]) & (pl.col("outside_elsewhere") <= pl.col("fee_elsewhere") * p["outside_elsewhere_max"]))
    )
    houses = (
        money.group_by("fixmedins_code")
        .agg(
            (pl.col("fee_outside").sum() / pl.col("fee").sum()).alias("share"),
            (pl.col("outside_elsewhere").sum() / pl.col("fee_elsewhere").sum()).alias("city"),
        )
        .filter((pl.col("share") >= p["share_min"]) & (pl.col("share") >= p["times_city_min"] * pl.col("city")))
    )
    return (
        t.extracted.filter(pl.col("bkkp_sn").is_not_null())
        .join(money.select("fixmedins_code", *item), on=["fixmedins_code", *item], how="semi", nulls_equal=True)
        .join(houses, on="fixmedins_code", how="inner")
        .filter(pl.col("mdtrt_id").n_unique().over("fixmedins_code") >= p["stays_min"])
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "share", "city")
        .agg(
            pl.col("setl_id").first(),
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("hilist_name").unique().sort().head(4).alias("names"),
            pl.col("fee_fen").sum().alias("amount_fen"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            "amount_fen",
            loss_fen=pl.lit(0, pl.Int64),
            evidence=filled(
                "住院期间将其他医院均纳入医保的项目（{}）全额转由患者自费，共{}元；本机构此类项目自费占{}，其他机构为{}。",
                pl.col("names").list.join("、"),
                yuan(pl.col("amount_fen")),
                percent(pl.col("share")),
                percent(pl.col("city")),
            ),
        )
    )
