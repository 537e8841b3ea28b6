from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.bed_day_paid import bed_day_paid
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.exceptions.planned_readmission import planned_readmission
from models.exceptions.therapy_cycle import therapy_cycle
from models.exceptions.transfer import transfer
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses
from models.rules.inpatient.low_threshold_admission import AMBULATORY
from models.wording import percent, span, yuan

#: Backs that are treated with rest and lamps, and diabetes without complication, beside what ``AMBULATORY`` names.
MILD = AMBULATORY + r"|^(?:M48|M51|E11\.9)"
CLEARED = (day_procedure, maternity, therapy_cycle, planned_readmission, transfer, bed_day_paid)


def plain_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished, settled stays without operation, cycle, plan or transfer; ``mild`` by their main diagnosis."""
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("settled") & pl.col("main_dx").is_not_null())
    stays = stays.filter(~pl.col("dscg_way").is_in(["2", "5"]).fill_null(value=False))
    for unit in CLEARED:
        stays = unit.clear(stays, t, p)
    return stays.select(
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "begn_date",
        "last_day",
        "los",
        "main_dx",
        "dscg_maindiag_name",
        pl.coalesce("drg_fund_fen", "fund_fen", 0).alias("paid_fen"),
        mild=pl.col("main_dx").str.contains(MILD),
    )


@rule(
    title_zh="同一批人轻病反复住院",
    title_en="The same people again and again",
    kind=Kind.FAKE_INPATIENT,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000204004000",
    legal_basis=("reg.15", "reg.40.1", "impl.25", "base.rules2025"),
    needs=("mdtrt_d", "setl_d"),
    params=("chance_max", "diseases_min", "house_share_min", "persons_min", "stays_each_min", "times_usual", "trim_share", "usual_floor"),
    exceptions=tuple(unit.name for unit in CLEARED),
    loss="stay",
    extract=plain_stays,
)
def returning_patients(t: Tables, p: Params) -> pl.LazyFrame:
    """A house lives on the same people, who lie in it again and again, now for the back, now for the chest: fetched rather than ill.

    A person returns when ``stays_each_min`` stays at the house were for diseases usually treated as an outpatient, of ``diseases_min`` different
    kinds (three characters of the code). Old people do come back, and a village has one hospital: found are houses with at least
    ``persons_min`` returning persons who are ``house_share_min`` of its in-patients, ``times_usual`` times the rate of the other houses of its
    kind of care (the highest ``trim_share`` of them left out), and more than chance allows (binomial, ``chance_max``; the rate taken as
    at least ``usual_floor``). Operations, maternity, cycles, announced returns, transfers, stays paid by the day and deaths are not
    counted. At issue are the mild stays of all persons with ``stays_each_min`` of them there, also for one disease. The persons, asked at
    home, know who brought them and what was done.
    """
    stays = t.extracted.join(houses(t).select("fixmedins_code", "care_class"), on="fixmedins_code", how="left")
    key = ["fixmedins_code", "psn_no"]
    mild = (
        stays.filter("mild")
        .with_columns(here=pl.len().over(key), diseases=pl.col("main_dx").str.slice(0, 3).n_unique().over(key))
        .filter(pl.col("here") >= p["stays_each_min"])
    )
    unlike = mild.filter(pl.col("diseases") >= p["diseases_min"])
    house = (
        stays.group_by("fixmedins_code", "care_class")
        .agg(persons=pl.col("psn_no").n_unique(), house_stays=pl.len())
        .join(unlike.group_by("fixmedins_code").agg(returning=pl.col("psn_no").n_unique()), on="fixmedins_code", how="left")
        .with_columns(pl.col("returning").fill_null(0))
        .with_columns(usual=others_rate(pl.col("returning"), pl.col("persons"), p["trim_share"], over="care_class").clip(p["usual_floor"]))
        .with_columns(chance=at_least("returning", "persons", "usual"), share=pl.col("returning") / pl.col("persons"))
        .filter(
            (pl.col("returning") >= p["persons_min"])
            & (pl.col("share") >= p["house_share_min"])
            & (pl.col("share") >= p["times_usual"] * pl.col("usual"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .drop("care_class")
    )
    return mild.join(house, on="fixmedins_code").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        occurred_from="begn_date",
        occurred_to="last_day",
        strength=(0.4 + 0.5 * pl.col("share")).clip(0.4, 0.85),
        evidence=filled(
            "患者以{}（{}）住院{}共{}天，为其在该院{}次轻病住院（{}种疾病）之一，均无手术，非周期、计划治疗，非转院；"
            "该院{}名住院患者中{}名如此反复住院（{}），同类其他机构不超过{}。本次基金支付{}元。",
            pl.col("dscg_maindiag_name").fill_null("未填诊断名称"),
            "main_dx",
            span(pl.col("begn_date"), pl.col("last_day")),
            "los",
            "here",
            "diseases",
            "persons",
            "returning",
            percent(pl.col("share")),
            percent(pl.col("usual")),
            yuan(pl.col("paid_fen")),
        ),
    )
