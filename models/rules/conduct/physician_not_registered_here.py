from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._physicians import registrations
from models.wording import percent, yuan


def _orders(t: Tables, p: Params) -> pl.LazyFrame:
    """Per institution and physician code: lines and money; the line numbers only of codes not registered there."""
    del p
    here = registrations(t).select(pl.col("dr_code").alias("bilg_dr_code"), "fixmedins_code", registered=pl.lit(value=True))
    known = registrations(t).select(pl.col("dr_code").alias("bilg_dr_code"), known=pl.lit(value=True)).unique()
    place = ["fixmedins_code", "bilg_dr_code"]
    return (
        t.lines.filter(pl.col("bilg_dr_code").is_not_null() & (pl.col("etip_flag").fill_null("0") != "1"))
        .group_by(place)
        .agg(
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.len().alias("n"),
            pl.col("date").unique().alias("dates"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .join(here, on=place, how="left")
        .join(known, on="bilg_dr_code", how="left")
        .select(
            *place,
            "registered",
            "known",
            bkkp_sns=pl.when(pl.col("registered").is_null()).then("bkkp_sns").otherwise([]),
            n="n",
            dates="dates",
            worth="worth",
        )
    )


@rule(
    title_zh="非本机构注册医师开单收费",
    title_en="Physician not registered here",
    kind=Kind.LICENCE_RENTAL,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.2"),
    needs=("dr_info_b", "fee_list_d"),
    params=("registered_share_min", "city_share_min", "days_min"),
    exceptions=("refund",),
    extract=_orders,
    version="2",
)
def physician_not_registered_here(t: Tables, p: Params) -> pl.LazyFrame:
    """Orders in the name of a physician who is not registered at the institution, nor for several sites, or in no register at all.

    A code that the register knows at another institution is no gap of the register: it counts wherever a registered physician of the house
    bills too (where none does, the register does not list the house), houses of one organisation apart. A code in no register counts where
    the register knows at least ``registered_share_min`` of what the house's physicians ordered, or of the physicians who order regularly, or
    where it knows ``city_share_min`` of all orders of the city and a registered physician of the house bills. At least ``days_min`` days of
    orders; tests sent in from elsewhere (``etip_flag``) belong to the sender. One finding a physician code and institution. An honest
    answer would be a consultation, a locum or a registration still under way.
    """
    grouped = t.extracted.group_by("fixmedins_code", "bilg_dr_code", "registered", "known").agg(
        pl.col("bkkp_sns").list.explode(keep_nulls=False, empty_as_null=False),
        pl.col("n").sum(),
        pl.col("dates").list.explode(keep_nulls=False, empty_as_null=False).unique().alias("dates"),
        pl.col("worth").sum(),
    )
    # leave for several sites covers any place
    multi = registrations(t).filter("multi").select(pl.col("dr_code").alias("bilg_dr_code")).unique()
    # by lines or by heads: a rented name may order most of what a house bills, and must not shake the register that shows it
    regular = pl.col("dates").list.len() >= p["days_min"]
    heads = pl.col("registered").fill_null(value=False).filter(regular).mean()
    own = pl.col("registered").fill_null(value=False)
    city_share = (pl.col("n").filter(pl.col("known").is_not_null()).sum() / pl.col("n").sum()).alias("city_share")
    houses = (
        grouped.group_by("fixmedins_code")
        .agg(pl.max_horizontal(pl.col("n").filter(own).sum() / pl.col("n").sum(), heads).alias("share"), own.any().alias("listed"))
        .join(grouped.select(city_share), how="cross")
    )
    believed = (
        (pl.col("share") >= p["registered_share_min"])
        | (pl.col("known").is_not_null() & pl.col("listed"))
        | (pl.col("listed") & (pl.col("city_share") >= p["city_share_min"]))
    )
    strangers = grouped.filter(pl.col("registered").is_null()).join(multi, on="bilg_dr_code", how="anti")
    return (
        strangers.join(_of_one_organisation(t, strangers), on=["fixmedins_code", "bilg_dr_code"], how="anti")
        .join(houses, on="fixmedins_code", how="inner")
        .filter(believed)
        .with_columns(days=pl.col("dates").list.len(), occurred_from=pl.col("dates").list.min(), occurred_to=pl.col("dates").list.max())
        .filter(pl.col("days") >= p["days_min"])
        .select(
            "fixmedins_code",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.4 + 0.02 * pl.col("days")).clip(upper_bound=0.9),
            evidence=filled(
                "医师{}{}，却有{}天在本机构开单{}条，涉及医保范围内金额{}元；登记库覆盖本机构{}的开单（或经常开单医师）。",
                "bilg_dr_code",
                pl.when(pl.col("known").is_null()).then(pl.lit("不在医师登记库")).otherwise(pl.lit("未登记在本机构且无多点执业备案")),
                "days",
                "n",
                yuan(pl.col("worth")),
                percent(pl.col("share")),
            ),
        )
    )


def _of_one_organisation(t: Tables, strangers: pl.LazyFrame) -> pl.LazyFrame:
    """Strangers (``fixmedins_code bilg_dr_code``) who are registered at another house of the same organisation: a parent and its branches."""
    whole = t.institutions.select("fixmedins_code", organisation=pl.coalesce("prnt_medins_code", "fixmedins_code"))
    placed = registrations(t).select("fixmedins_code", bilg_dr_code="dr_code").join(whole, on="fixmedins_code", how="inner")
    here = strangers.select("fixmedins_code", "bilg_dr_code").join(whole, on="fixmedins_code", how="inner")
    return here.join(placed.select("bilg_dr_code", "organisation"), on=["bilg_dr_code", "organisation"], how="semi").select(
        "fixmedins_code", "bilg_dr_code"
    )
