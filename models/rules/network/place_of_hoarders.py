from __future__ import annotations

import polars as pl
from scipy.stats import binom

from features.parameters import Params
from features.reference.items import given_on_the_spot
from features.shared.category import DRUGS, category_code
from features.shared.surplus import surplus_lines
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.run_rules import empty_hits
from models.wording import percent, yuan

PLACE = ("fixmedins_code", "dr_code")


def _places(t: Tables, p: Params) -> pl.LazyFrame:
    """By place (a physician, or a pharmacy's till): regular customers (rows with ``customers``), and hoarders with what they bought there
    while it was in hand (rows with ``psn_no``).

    Regular is who fetched at least ``drugs_min`` drugs on ``days_min`` days anywhere: only he could hoard.
    """
    dr_code = pl.col("bilg_dr_code").fill_null("").alias("dr_code")
    fetched = t.lines.filter(
        ~pl.col("inpatient") & category_code().is_in(DRUGS) & (pl.col("prd_days") > 0) & t.of_item(~given_on_the_spot(pl.col("hilist_code")))
    )
    days = pl.col("date").n_unique().over("psn_no")
    drugs = pl.col("hilist_code").str.slice(0, 10).n_unique().over("psn_no")
    regular = (
        fetched.filter((days >= p["days_min"]) & (drugs >= p["drugs_min"]))
        .group_by("fixmedins_code", dr_code)
        .agg(customers=pl.col("psn_no").n_unique().cast(pl.Int64))
    )
    hoarders = (
        surplus_lines(t, p)
        .group_by("fixmedins_code", dr_code, "psn_no")
        .agg(
            pl.col("bkkp_sn").sort().alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("date").n_unique().alias("days"),
            pl.col("ahead").max(),
            pl.col("hilist_name").unique().sort().head(4).alias("names"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
    )
    return pl.concat([regular, hoarders], how="diagonal")


@rule(
    title_zh="囤药参保人集中的医师或药店",
    title_en="A physician or pharmacy that hoarders share",
    kind=Kind.DRUG_HOARDING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.5", "reg.40.3"),
    needs=("fee_list_d",),
    params=(
        "chance_max",
        "days_in_hand",
        "days_min",
        "drugs_min",
        "floor_share",
        "persons_min",
        "times_calendar_min",
        "times_city_min",
        "trim_share",
    ),
    exceptions=("given_on_the_spot", "refund"),
    extract=_places,
)
def place_of_hoarders(t: Tables, p: Params) -> pl.LazyFrame:
    """One physician, or one pharmacy's till, gives far more of its regular customers drugs they have in hand than others give.

    Hoarders are persons with purchases on ``days_min`` days of ``drugs_min`` drugs of which ``days_in_hand`` days were in hand and
    ``times_calendar_min`` times what the calendar needs was bought in all. Of the place's regular customers (those who fetch as many
    drugs on as many days, so a practice for chronic diseases is held against its own kind of patients) at least ``persons_min`` got
    surplus there; their share is ``times_city_min`` times that of the other physicians (or pharmacies; the highest ``trim_share`` left
    out, at least ``floor_share``), beyond what chance brings to any place of the city (binomial, corrected for all places,
    ``chance_max``). One finding a hoarder and place. An honest physician shows the records that ask for it.
    """
    extracted = t.extracted.collect()
    if "psn_no" not in extracted.columns or "customers" not in extracted.columns:
        return empty_hits()
    customers = extracted.filter(pl.col("customers").is_not_null()).group_by(PLACE).agg(pl.col("customers").sum())
    hoarders = extracted.filter(pl.col("psn_no").is_not_null())
    counted = customers.join(hoarders.group_by(PLACE).agg(hoarders=pl.col("psn_no").n_unique()), on=PLACE, how="left")
    places = counted.with_columns(pl.col("hoarders").fill_null(0), till=pl.col("dr_code") == "").with_columns(
        share=pl.col("hoarders") / pl.col("customers"),
        city=pl.max_horizontal(others_rate(pl.col("hoarders"), pl.col("customers"), p["trim_share"], over="till"), pl.lit(p["floor_share"])),
    )
    chance = binom.sf(places["hoarders"].to_numpy() - 1, places["customers"].to_numpy(), places["city"].to_numpy()) * places.height
    shared = places.with_columns(chance=pl.Series(chance, dtype=pl.Float64)).filter(
        (pl.col("hoarders") >= p["persons_min"]) & (pl.col("share") >= p["times_city_min"] * pl.col("city")) & (pl.col("chance") <= p["chance_max"])
    )
    if shared.is_empty():
        return empty_hits()
    who = pl.when("till").then(pl.lit("本机构")).otherwise(filled("医师{}在本机构", "dr_code"))
    peers = pl.when("till").then(pl.lit("其他药店")).otherwise(pl.lit("其他医师"))
    return (
        hoarders.join(shared, on=PLACE, how="inner", suffix="_here")
        .lazy()
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.05 * pl.col("hoarders")).clip(upper_bound=0.9),
            evidence=filled(
                "{}向{}名手中余量充足仍反复购药的参保人供药，占其{}名经常购药者的{}，{}为{}，偶然可能性不到{}。其中该参保人在此{}天购{}等，余量最多超出日历{}天，涉及医保范围内金额{}元。",
                who,
                "hoarders",
                "customers_here",
                percent(pl.col("share")),
                peers,
                percent(pl.col("city")),
                percent(pl.lit(p["chance_max"])),
                "days",
                pl.col("names").list.join("、"),
                pl.col("ahead").round(0).cast(pl.Int64),
                yuan(pl.col("worth")),
            ),
        )
    )
