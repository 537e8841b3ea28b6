from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, role, stay_lines
from models.wording import percent, yuan


def stays_and_tests(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays with the tests billed at the same hospital as outpatient visits in the days before (``sns``), and tests inside (``inside``)."""
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("settled"))
    stays = maternity.clear(stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "case_paid"), t, p)
    test = pl.col("role").is_in(["lab", "exam"])
    inside = stay_lines(t).filter(test).group_by("mdtrt_id").agg(inside_fen=pl.col("fee_fen").sum())
    ordinary = ~pl.col("inpatient") & pl.col("med_type").str.slice(0, 2).is_in(["11", "12"])
    before = (
        t.lines.filter(ordinary)
        .with_columns(role=t.of_item(role()))
        .filter(test)
        .select("psn_no", "fixmedins_code", "date", "bkkp_sn", "fee_fen", "inscp_fen", "hilist_code")
        .join(stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date"), on=["psn_no", "fixmedins_code"], how="inner")
        .filter((pl.col("date") < pl.col("begn_date")) & (pl.col("date") >= pl.col("begn_date").dt.offset_by(f"-{p['days_before']}d")))
        .group_by("mdtrt_id")
        .agg(
            sns=pl.col("bkkp_sn"),
            before_fen=pl.col("fee_fen").sum(),
            worth=pl.col("inscp_fen").sum(),
            items=pl.col("hilist_code").n_unique(),
            first=pl.col("date").min(),
            last=pl.col("date").max(),
        )
    )
    before = day_procedure.clear(before, t, p)
    return stays.join(inside, on="mdtrt_id", how="left").join(before, on="mdtrt_id", how="left")


@rule(
    title_zh="入院检查转嫁门诊",
    title_en="Admission tests billed before admission",
    kind=Kind.COST_SHIFTING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3", "reg.38.7"),
    needs=("mdtrt_d", "fee_list_d", "setl_d"),
    params=("chance_max", "days_before", "items_min", "moved_share_min", "share_min", "stays_min", "times_usual", "trim_share", "usual_floor"),
    exceptions=("day_procedure", "maternity", "refund"),
    extract=stays_and_tests,
)
def tests_before_admission_outside(t: Tables, p: Params) -> pl.LazyFrame:
    """The tests of a stay are billed as outpatient visits in the days before it, so that the case costs the house less and the patient more.

    Tests before a planned operation are lawful and left out, and who is admitted from the clinic has been examined there. A stay counts
    when tests of at least ``items_min`` kinds were billed at the same hospital within ``days_before`` days before the admission and they are
    ``moved_share_min`` of all its tests, before and inside: nothing was left to examine. Found are houses with at least ``stays_min`` such stays
    that are ``share_min`` of their stays, ``times_usual`` times the other houses' rate (the highest ``trim_share`` of them left out), and
    more than chance allows (binomial, ``chance_max``; the rate taken as at least ``usual_floor``). Maternity is left out too. At issue are
    the tests before admission. An honest answer would be a city's programme of pre-admission tests settled with the stay.
    """
    tests = pl.col("before_fen") + pl.col("inside_fen").fill_null(0)
    moved = ((pl.col("items") >= p["items_min"]) & (pl.col("before_fen") >= p["moved_share_min"] * tests)).fill_null(value=False)
    stays = t.extracted.with_columns(moved=moved)
    house = (
        stays.group_by("fixmedins_code")
        .agg(house_stays=pl.len(), house_moved=pl.col("moved").sum())
        .with_columns(usual=others_rate(pl.col("house_moved"), pl.col("house_stays"), p["trim_share"]).clip(p["usual_floor"]))
        .with_columns(chance=at_least("house_moved", "house_stays", "usual"), share=pl.col("house_moved") / pl.col("house_stays"))
        .filter(
            (pl.col("house_moved") >= p["stays_min"])
            & (pl.col("share") >= p["share_min"])
            & (pl.col("share") >= p["times_usual"] * pl.col("usual"))
            & (pl.col("chance") <= p["chance_max"])
        )
    )
    return (
        stays.filter("moved")
        .join(house, on="fixmedins_code")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            pl.col("sns").alias("bkkp_sns"),
            occurred_from="first",
            occurred_to="last",
            strength=(0.4 + 0.5 * pl.col("share")).clip(0.4, 0.9),
            evidence=filled(
                "参保人{}入住本院，入院前{}天内在本院门诊做检查检验{}项、医保范围内金额{}元，占本次住院前后检查检验费的{}；"
                "本院{}例住院中{}例如此（{}），其他医院不超过{}。",
                "begn_date",
                pl.lit(str(p["days_before"])),
                "items",
                yuan(pl.col("worth")),
                percent(pl.col("before_fen") / tests),
                "house_stays",
                "house_moved",
                percent(pl.col("share")),
                percent(pl.col("usual")),
            ),
        )
    )
