from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from features.reference.items import PHARMACY_TYPE
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.given_on_the_spot import given_on_the_spot
from models.kinds import Kind
from models.rule import rule
from models.wording import count, yuan

COLUMNS: Final = ("psn_no", "fixmedins_code", "mdtrt_id", "bkkp_sn", "date", "drug", "hilist_name", "prd_days", "inscp_fen")


def _hoards(t: Tables, p: Params) -> pl.LazyFrame:
    """Purchases of persons whose supply of several drugs runs far ahead of the calendar, or who buy a drug at shop after shop on one
    day; ``surplus`` marks the purchases nobody needed.

    Supply is the line's ``prd_days``. What is given on the spot (injections and solutions, save insulin and other pens), herbal
    pieces and in-patient drugs do not count. Drugs are told apart by group and generic name. ``ahead`` is how far the days bought
    before exceed the days gone by since the first purchase; ``elsewhere`` that the drug was bought at another house on that day.
    """
    drug = ["psn_no", "drug"]
    dispensed = ~pl.col("inpatient") & t.of_item(pl.col("hilist_code").str.contains("^[XZ]"))
    packs = t.computed(
        given_on_the_spot.clear(t.lines.filter(dispensed & (pl.col("prd_days") > 0)), t, p)
        .with_columns(drug=t.of_item(pl.col("hilist_code").str.slice(0, 10)))
        .select(*COLUMNS, "time", "med_type")
    )
    # the costly reckoning is for those who may hoard at all: more bought of a drug than its days could use, or twice on one day
    span = (pl.col("date").max() - pl.col("date").min()).dt.total_days()
    plenty = (pl.len() > 1) & (pl.col("prd_days").sum() >= (span + pl.col("prd_days").min()) * p["times_calendar_min"])
    may_hoard = packs.group_by(drug).agg(may=plenty | (pl.col("date").n_unique() < pl.len())).filter("may").select("psn_no").unique()
    bought = t.computed(
        packs.join(may_hoard, on="psn_no", how="semi")
        .sort(*drug, "time", "bkkp_sn")
        .with_columns(
            ahead=pl.col("prd_days").cum_sum().over(drug) - pl.col("prd_days") - (pl.col("date") - pl.col("date").min().over(drug)).dt.total_days(),
            elsewhere=(pl.col("fixmedins_code") != pl.col("fixmedins_code").first().over([*drug, "date"])),
            again=pl.int_range(pl.len()).over([*drug, "date"]) > 0,
            prescribed=(pl.col("med_type").str.slice(0, 2) != PHARMACY_TYPE).any().over(drug),
        )
    )
    drugs = (
        bought.group_by(drug)
        .agg(
            pl.col("prd_days").sum().alias("supplied"),
            (pl.col("date").max() - pl.col("date").min()).dt.total_days().alias("span"),
            pl.col("prd_days").last().alias("last"),
            pl.col("fixmedins_code").n_unique().alias("shops"),
            (pl.col("ahead") >= p["days_ahead_min"]).sum().alias("surpluses"),
            pl.col("date").filter("elsewhere").n_unique().alias("rounds"),
        )
        .with_columns(calendar=pl.col("span") + pl.col("last"))
        .with_columns(
            much=(pl.col("supplied") >= pl.col("calendar") * p["times_calendar_min"])
            & (pl.col("supplied") - pl.col("calendar") >= p["surplus_days_min"])
            & ((pl.col("shops") >= p["shops_min"]) | (pl.col("supplied") >= pl.col("calendar") * p["times_calendar_one_shop_min"]))
            & (pl.col("surpluses") >= p["surpluses_min"]),
            rounded=pl.col("rounds") >= p["rounds_min"],
        )
        .with_columns(
            by_calendar=(pl.col("much").sum().over("psn_no") >= p["drugs_min"])
            | ((pl.col("supplied") / pl.col("calendar")).filter("much").max().over("psn_no") >= p["times_calendar_single_min"]).fill_null(
                value=False
            ),
            by_rounds=pl.col("rounded").sum().over("psn_no") >= p["drugs_min"],
        )
        .filter(
            (pl.col("by_calendar") & pl.col("much"))
            | (pl.col("by_rounds") & (pl.col("rounded") | pl.col("much")))
            | (pl.col("by_calendar") & pl.col("rounded"))
        )
    )
    hoarded = (
        bought.join(drugs.select(*drug, "supplied", "calendar", "rounds", "by_rounds"), on=drug, how="inner")
        .with_columns(surplus=(pl.col("ahead") >= p["days_ahead_early"]) | pl.col("again"))
        # what no physician ever prescribed nobody needs, from the day the buying began
        .with_columns(surplus=pl.col("surplus") | (~pl.col("prescribed") & (pl.col("date") >= pl.col("date").filter("surplus").min().over(drug))))
    )
    # what else goes into the same bags, again and again, though no physician prescribed it
    company = (
        bought.filter(~pl.col("prescribed"))
        .join(drugs.select(drug), on=drug, how="anti")
        .join(hoarded.filter("by_rounds", "surplus").select("mdtrt_id").unique(), on="mdtrt_id", how="semi")
        .filter(pl.len().over(drug) >= p["rounds_min"])
        .with_columns(surplus=pl.lit(value=True))
    )
    return pl.concat([hoarded.select(*COLUMNS, "surplus", "supplied", "calendar", "rounds"), company.select(*COLUMNS, "surplus")], how="diagonal")


@rule(
    title_zh="多店超量购药",
    title_en="Drug hoarding over shops",
    kind=Kind.DRUG_HOARDING,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000204003000",
    legal_basis=("reg.15", "reg.38.5", "reg.41.3", "reg.41.last"),
    needs=("fee_list_d",),
    params=(
        "days_ahead_min",
        "days_ahead_early",
        "rounds_min",
        "times_calendar_min",
        "times_calendar_single_min",
        "surplus_days_min",
        "shops_min",
        "times_calendar_one_shop_min",
        "surpluses_min",
        "drugs_min",
        "hoarders_min",
        "share_of_theirs_min",
        "hoarders_many",
        "share_of_theirs_many",
        "share_here_min",
    ),
    exceptions=("given_on_the_spot", "refund"),
    extract=_hoards,
)
def drug_hoarding_over_shops(t: Tables, p: Params) -> pl.LazyFrame:
    """One card buys several drugs over several shops in amounts no patient can take.

    A person hoards when for at least ``drugs_min`` drugs the days' supply is ``times_calendar_min`` times the days it had to last
    and ``surplus_days_min`` days more, from ``shops_min`` institutions or more: three-month prescriptions, a lost box or a couple
    on one card stay below. A single drug is enough at ``times_calendar_single_min`` times, fewer shops at
    ``times_calendar_one_shop_min`` times. Whoever on ``rounds_min`` days buys the same drug at two houses on one day, for
    ``drugs_min`` drugs, hoards whatever days the lines name: no patient does. Of these drugs the purchases are surplus with
    ``days_ahead_early`` days still in hand (a refill before a holiday is not), again on one day, and, where no physician prescribed
    the drug anywhere, from the first surplus on; so is what he bought ``rounds_min`` times along with them without a prescription.
    The finding names the institutions that took part: those that sold to at least ``hoarders_min`` hoarders
    ``share_of_theirs_min`` of all these did not need (``share_of_theirs_many`` from ``hoarders_many`` hoarders on), or to one
    ``share_here_min`` of his; a shop that
    met them once in a while is a witness. At fault are the surplus lines. One finding a person and institution.
    """
    surplus = t.extracted.filter("surplus")
    theirs = surplus.group_by("psn_no").agg(pl.col("inscp_fen").sum().alias("all_surplus"))
    houses = (
        surplus.group_by("fixmedins_code", "psn_no")
        .agg(pl.col("inscp_fen").sum())
        .join(theirs, on="psn_no", how="inner")
        .group_by("fixmedins_code")
        .agg(pl.len().alias("hoarders"), (pl.col("inscp_fen").sum() / pl.col("all_surplus").sum()).alias("share_of_theirs"))
    )
    person = t.extracted.group_by("psn_no").agg(
        pl.col("fixmedins_code").n_unique().alias("shops"),
        pl.col("bkkp_sn").filter("surplus").len().alias("surpluses"),
        pl.col("rounds").max(),
    )
    said = (
        t.extracted.filter(pl.col("supplied").is_not_null())
        .unique(["psn_no", "drug"], keep="first", maintain_order=True)
        .sort("psn_no", "supplied", "drug", descending=[False, True, False])
        .with_columns(said=filled("{}{}天用量/{}天", "hilist_name", count(pl.col("supplied")), count(pl.col("calendar").cast(pl.Float64))))
        .group_by("psn_no", maintain_order=True)
        .agg(pl.col("said").head(4), pl.len().alias("drugs"))
    )
    return (
        surplus.group_by("psn_no", "fixmedins_code")
        .agg(
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("mdtrt_id").n_unique().alias("visits"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .join(houses, on="fixmedins_code", how="inner")
        .join(person, on="psn_no", how="inner")
        .join(said, on="psn_no", how="inner")
        .filter(
            ((pl.col("hoarders") >= p["hoarders_min"]) & (pl.col("share_of_theirs") >= p["share_of_theirs_min"]))
            | ((pl.col("hoarders") >= p["hoarders_many"]) & (pl.col("share_of_theirs") >= p["share_of_theirs_many"]))
            | (pl.col("bkkp_sns").list.len() >= pl.col("surpluses") * p["share_here_min"])
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.4 + 0.05 * pl.col("drugs") + 0.05 * pl.col("hoarders")).clip(upper_bound=0.95),
            evidence=filled(
                "该参保人在{}家机构购药，{}种药品购药天数远超日历天数或同日多店购买（{}；同一药品同日多店购买最多{}天）；其中在本机构{}次购药时手中余量已足或当日已购，涉及医保范围内金额{}元。本机构共有{}名此类参保人。",
                "shops",
                "drugs",
                pl.col("said").list.join("、"),
                "rounds",
                "visits",
                yuan(pl.col("worth")),
                "hoarders",
            ),
        )
    )
