from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_dialysis
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.chronic_prescription import chronic_prescription
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import percent, yuan


def _beside_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient visits at the hospital of a stay during it or just before it, and each hospital's count of such stays."""
    stays = t.stays.filter(pl.col("end_date").is_not_null()).select(
        "psn_no", "fixmedins_code", pl.col("mdtrt_id").alias("stay_id"), pl.col("begn_date").alias("came"), pl.col("end_date").alias("left")
    )
    # what a chronic patient needs anyway goes on during a stay: chronic-disease and special-drug prescriptions, dialysis
    ordinary = pl.col("med_type").str.slice(0, 2).is_in(["11", "12", "13"]) & ~t.of_item(is_dialysis(pl.col("hilist_code")))
    beside = (
        chronic_prescription.clear(t.lines, t, p)
        .filter(~pl.col("inpatient") & ordinary)
        .select("psn_no", "fixmedins_code", "mdtrt_id", "date", "bkkp_sn", "inscp_fen", "fund_fen", "hilist_name")
        .join(stays, on=["psn_no", "fixmedins_code"], how="inner")
        .with_columns(
            inside=(pl.col("date") > pl.col("came")) & (pl.col("date") < pl.col("left")),
            before=(pl.col("date") < pl.col("came")) & (pl.col("date") >= pl.col("came").dt.offset_by(f"-{p['days_before']}d")),
        )
        .filter(pl.col("inside") | pl.col("before"))
        .group_by("fixmedins_code", "psn_no", "stay_id", "came", "left")
        .agg(
            pl.col("mdtrt_id").unique().sort().alias("visits"),
            pl.col("bkkp_sn").filter("inside").alias("inside"),
            pl.col("bkkp_sn").filter("before").alias("before"),
            pl.col("inscp_fen").sum().alias("worth"),
            pl.col("inscp_fen").filter("inside").sum().alias("worth_inside"),
            pl.col("date").min().alias("first"),
            pl.col("date").max().alias("last"),
            pl.col("hilist_name").sort_by("inscp_fen", "bkkp_sn", descending=[True, False]).unique(maintain_order=True).head(4).alias("names"),
        )
    )
    return pl.concat([beside, stays.group_by("fixmedins_code").agg(pl.len().cast(pl.UInt32).alias("stays"))], how="diagonal")


@rule(
    title_zh="住院费用转嫁门诊",
    title_en="Costs shifted to outpatient",
    kind=Kind.COST_SHIFTING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3", "reg.38.7"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("chance_max", "days_before", "stays_min", "share_min", "times_peers_min", "trim_share", "usual_floor"),
    exceptions=("chronic_prescription", "refund"),
    extract=_beside_stays,
)
def cost_shifted_to_outpatient(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs and examinations of a stay billed as outpatient visits of the same hospital.

    Where the fund pays a standard for the case, what is billed beside it is paid twice; where it pays by item, it escapes the
    limits of the stay. Counted are ordinary outpatient and emergency
    lines strictly within the stay; chronic-disease prescriptions, special drugs, dialysis and the days of admission and discharge
    are lawful. A forgotten order happens; a hospital answers when it is a habit: at least ``stays_min`` stays, ``share_min`` of its
    stays, ``times_peers_min`` times the others' share (the highest ``trim_share`` of them left out), and more than chance allows
    (binomial, ``chance_max``; the rate taken as at least ``usual_floor``). Then the visits of the ``days_before`` days before admission
    of stays that had such lines inside are added. One finding a stay.
    """
    stays = t.extracted.filter(pl.col("stays").is_not_null()).group_by("fixmedins_code").agg(pl.col("stays").sum())
    beside = t.extracted.filter(pl.col("stay_id").is_not_null())
    during = beside.filter(pl.col("inside").list.len() > 0)
    habit = (
        stays.join(during.group_by("fixmedins_code").agg(pl.len().alias("shifted")), on="fixmedins_code", how="left")
        .with_columns(pl.col("shifted").fill_null(0))
        .with_columns(
            share=pl.col("shifted") / pl.col("stays"),
            peers=others_rate(pl.col("shifted"), pl.col("stays"), p["trim_share"]),
        )
        .with_columns(floored=pl.col("peers").clip(p["usual_floor"]))
        .with_columns(chance=at_least("shifted", "stays", "floored"))
        .filter(
            (pl.col("shifted") >= p["stays_min"])
            & (pl.col("share") >= p["share_min"])
            & (pl.col("share") >= p["times_peers_min"] * pl.col("peers"))
            & (pl.col("chance") <= p["chance_max"])
        )
    )
    return beside.join(habit.drop("stays"), on="fixmedins_code", how="inner").select(
        "fixmedins_code",
        "psn_no",
        pl.col("stay_id").alias("mdtrt_id"),
        pl.concat_list("inside", "before").alias("bkkp_sns"),
        pl.col("first").alias("occurred_from"),
        pl.col("last").alias("occurred_to"),
        strength=(0.4 + pl.col("share")).clip(upper_bound=0.95),
        evidence=filled(
            "参保人{}至{}在本院住院，住院期间及入院前{}天内同院另记门诊{}次（{}等），涉及医保范围内金额{}元。本院有{}例住院如此（占{}），其他医院为{}。",
            "came",
            "left",
            pl.lit(str(p["days_before"])),
            pl.col("visits").list.len(),
            pl.col("names").list.join("、"),
            yuan(pl.col("worth")),
            "shifted",
            percent(pl.col("share")),
            percent(pl.col("peers")),
        ),
    )
