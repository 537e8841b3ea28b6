from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses
from models.wording import percent, yuan

#: dosage form in position 11 of a western drug's code: injections
INJECTION = "B"


def injections_bought(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays; where the patient's card bought injections at a pharmacy strictly inside the stay: the pharmacy, lines, sums."""
    del p
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null()).select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day")
    injected = t.of_item(pl.col("hilist_code").str.contains("^X") & (pl.col("hilist_code").str.slice(10, 1) == INJECTION))
    bought = (
        t.lines.filter(pl.col("med_type").str.starts_with("41") & injected)
        .select("psn_no", pl.col("fixmedins_code").alias("pharmacy"), "date", "bkkp_sn", "hilist_name", "inscp_fen", "fund_fen")
        .join(stays, on="psn_no", how="inner")
        .filter((pl.col("date") > pl.col("begn_date")) & (pl.col("date") < pl.col("last_day")))
        .group_by("mdtrt_id", "pharmacy")
        .agg(
            sns=pl.col("bkkp_sn"),
            names=pl.col("hilist_name").unique().sort().head(4).str.join("、"),
            worth=pl.col("inscp_fen").sum(),
            loss=pl.col("fund_fen").sum(),
            first=pl.col("date").min(),
            last=pl.col("date").max(),
        )
    )
    return stays.join(bought, on="mdtrt_id", how="left")


@rule(
    title_zh="病区用药由药店代收",
    title_en="A pharmacy supplies the ward",
    kind=Kind.COST_SHIFTING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3", "reg.38.7"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("chance_max", "one_pharmacy_min", "stays_min", "times_usual", "trim_share", "usual_floor"),
    exceptions=("refund",),
    extract=injections_bought,
)
def pharmacy_supplies_ward(t: Tables, p: Params) -> pl.LazyFrame:
    """In-patients' cards buy injections and infusions at one pharmacy while they lie in the ward: the stay's drugs, billed beside the stay.

    Nobody injects albumin at home while lying in a hospital. Counted are stays on whose inner days a pharmacy billed the patient's card for
    injections; found are hospitals with at least ``stays_min`` such stays at one and the same pharmacy, which are ``one_pharmacy_min`` of all
    such stays of the hospital, ``times_usual`` times the other hospitals' rate (the highest ``trim_share`` of them left out), more than chance
    allows (binomial, ``chance_max``; the rate taken as at least ``usual_floor``). A relative who fetches insulin once is one stay. The finding
    is the hospital's; the lines at fault are the pharmacy's, who sold a prescription of that hospital.
    """
    with_purchase = t.extracted.filter(pl.col("pharmacy").is_not_null())
    pair = with_purchase.group_by("fixmedins_code", "pharmacy").agg(here=pl.col("mdtrt_id").n_unique())
    main = pair.sort("fixmedins_code", "here", "pharmacy", descending=[False, True, False]).group_by("fixmedins_code", maintain_order=True).first()
    house = (
        t.extracted.group_by("fixmedins_code")
        .agg(house_stays=pl.col("mdtrt_id").n_unique(), hits=pl.col("mdtrt_id").filter(pl.col("pharmacy").is_not_null()).n_unique())
        .with_columns(usual=others_rate(pl.col("hits"), pl.col("house_stays"), p["trim_share"]).clip(p["usual_floor"]))
        .join(main, on="fixmedins_code")
        .with_columns(chance=at_least("here", "house_stays", "usual"))
        .filter(
            (pl.col("here") >= p["stays_min"])
            & (pl.col("here") >= p["one_pharmacy_min"] * pl.col("hits"))
            & (pl.col("here") >= p["times_usual"] * pl.col("usual") * pl.col("house_stays"))
            & (pl.col("chance") <= p["chance_max"])
        )
    )
    names = houses(t).select(pl.col("fixmedins_code").alias("pharmacy"), pl.col("fixmedins_name").alias("shop"))
    return (
        with_purchase.join(house, on=["fixmedins_code", "pharmacy"])
        .join(names, on="pharmacy", how="left")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            pl.col("sns").alias("bkkp_sns"),
            loss_fen=pl.col("loss").cast(pl.Int64),
            occurred_from="first",
            occurred_to="last",
            strength=(0.5 + pl.col("here") / pl.col("house_stays")).clip(0.5, 0.95),
            evidence=filled(
                "参保人{}至{}在本院住院，期间（不含入出院当日）其医保凭证在{}结算注射用药品（{}），医保范围内金额{}元；"
                "本院{}例住院中{}例在同一药店如此（{}），其他医院在各药店合计不超过{}。",
                "begn_date",
                "last_day",
                pl.col("shop").fill_null("同一药店"),
                "names",
                yuan(pl.col("worth")),
                "house_stays",
                "here",
                percent(pl.col("here") / pl.col("house_stays")),
                percent(pl.col("usual")),
            ),
        )
    )
