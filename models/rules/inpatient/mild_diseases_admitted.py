from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.exceptions.therapy_cycle import therapy_cycle
from models.exceptions.urgent_or_fatal import urgent_or_fatal
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses
from models.wording import percent, span, yuan

CLEARED = (urgent_or_fatal, day_procedure, maternity, therapy_cycle)

#: Colds and acute bronchitis, high pressure, a sour stomach, blood fat, a stiff neck or back, dizziness and other mere symptoms.
CLINIC = r"^(?:J0[0-6]|J20|I10|K29|K30|E78|M47|M54|N95|G44|R(?:0[0-7]|1[0-4]|2[0-3]|4[1-2]|5[1-3]))"


def admissions_for_the_clinic(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished, settled stays, ``mild`` where a planned short stay without operation was for what a clinic treats."""
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("settled") & pl.col("main_dx").is_not_null())
    mild = stays.filter(pl.col("main_dx").str.contains(CLINIC) & (pl.col("los") <= p["los_max"])).select("mdtrt_id")
    mild = mild.join(t.stays.filter(pl.col("age").is_between(p["age_from"], p["age_to"])).select("mdtrt_id"), on="mdtrt_id", how="semi")
    for unit in CLEARED:
        mild = unit.clear(mild, t, p)
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
    ).join(mild.with_columns(mild=pl.lit(value=True)), on="mdtrt_id", how="left")


@rule(
    title_zh="门诊可治疾病成批收住院",
    title_en="Clinic patients admitted as a habit",
    kind=Kind.LOW_THRESHOLD_ADMISSION,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000204005000",
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "setl_d"),
    params=("age_from", "age_to", "chance_max", "los_max", "share_min", "stays_min", "times_usual", "trim_share", "usual_floor"),
    exceptions=tuple(unit.name for unit in CLEARED),
    loss="stay",
    extract=admissions_for_the_clinic,
)
def mild_diseases_admitted(t: Tables, p: Params) -> pl.LazyFrame:
    """A house fills its beds with colds, high pressure and sour stomachs that other houses treat in the clinic, an infusion for good measure.

    A stay is mild when it was planned, lasted at most ``los_max`` days, without operation or cycle, for a disease the clinic treats, in a
    person between ``age_from`` and ``age_to`` years: infants and the very old may need a bed for little. One such admission may be caution.
    Found are houses with at least ``stays_min`` of them that are ``share_min`` of their stays, ``times_usual`` times the rate of the other
    houses of the same tier and kind (the highest ``trim_share`` of them left out), more than chance allows (binomial, ``chance_max``;
    the rate taken as at least ``usual_floor``). Unlike low_threshold_admission it does not ask what was done in the bed. Emergencies,
    transfers, deaths and maternity are cleared. An honest house would show in the record what the clinic could not have done.
    """
    care = houses(t).select("fixmedins_code", "care_class", "tier")
    stays = t.extracted.with_columns(pl.col("mild").fill_null(value=False)).join(care, on="fixmedins_code", how="left")
    house = (
        stays.group_by("fixmedins_code", "care_class", "tier")
        .agg(house_stays=pl.len(), house_mild=pl.col("mild").sum())
        .with_columns(
            usual=others_rate(pl.col("house_mild"), pl.col("house_stays"), p["trim_share"], over=["care_class", "tier"]).clip(p["usual_floor"]),
            share=pl.col("house_mild") / pl.col("house_stays"),
        )
        .with_columns(chance=at_least("house_mild", "house_stays", "usual"))
        .filter(
            (pl.col("house_mild") >= p["stays_min"])
            & (pl.col("share") >= p["share_min"])
            & (pl.col("share") >= p["times_usual"] * pl.col("usual"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .drop("care_class", "tier")
    )
    return (
        stays.filter("mild")
        .join(house, on="fixmedins_code")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            occurred_from="begn_date",
            occurred_to="last_day",
            strength=(0.35 + pl.col("share")).clip(0.4, 0.85),
            evidence=pl.format(
                "患者以{}（{}）择期住院{}共{}天，属门诊通常可治疾病，无手术、非急诊、非转院；"
                "该院{}例住院中{}例如此（{}），同级同类其他机构不超过{}。本次基金支付{}元。",
                pl.col("dscg_maindiag_name").fill_null("未填诊断名称"),
                "main_dx",
                span(pl.col("begn_date"), pl.col("last_day")),
                "los",
                "house_stays",
                "house_mild",
                percent(pl.col("share")),
                percent(pl.col("usual")),
                yuan(pl.col("paid_fen")),
            ),
        )
    )
