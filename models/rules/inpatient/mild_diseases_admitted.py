from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.once import at_hand
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.exceptions.therapy_cycle import therapy_cycle
from models.exceptions.urgent_or_fatal import urgent_or_fatal
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses_by_craft
from models.wording import percent, span, yuan

CLEARED = (urgent_or_fatal, day_procedure, maternity, therapy_cycle)

#: Colds and acute bronchitis, high pressure, a sour stomach, blood fat, a stiff neck or back, eczema, dizziness and other mere symptoms.
CLINIC = r"^(?:J0[0-6]|J20|I10|K29|K30|E78|L2[0-5]|L30|M47|M54|N95|G44|R(?:0[0-7]|1[0-4]|2[0-3]|4[1-2]|5[1-3]))"
LIKE = ["care_class", "tier"]


def admissions_for_the_clinic(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished, settled stays, ``mild`` where a planned short stay without operation was for what a clinic treats.

    ``light`` are the mild ones, and those of emergencies, of the very old and of whoever was sent on or left.
    """
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("settled") & pl.col("main_dx").is_not_null())
    light = stays.filter(pl.col("main_dx").str.contains(CLINIC) & (pl.col("los") <= p["los_max"]) & (pl.col("age") >= p["age_from"]))
    light = light.select("mdtrt_id", "age")
    for unit in (day_procedure, maternity, therapy_cycle):
        light = unit.clear(light, t, p)
    mild = urgent_or_fatal.clear(light.filter(pl.col("age") <= p["age_to"]), t, p).select("mdtrt_id")
    flagged = light.select("mdtrt_id", light=pl.lit(value=True)).join(mild.with_columns(mild=pl.lit(value=True)), on="mdtrt_id", how="left")
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
    ).join(flagged, on="mdtrt_id", how="left")


@rule(
    title_zh="门诊可治疾病成批收住院",
    title_en="Clinic patients admitted as a habit",
    kind=Kind.LOW_THRESHOLD_ADMISSION,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000204005000",
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "setl_d"),
    params=(
        "age_from",
        "age_to",
        "chance_max",
        "houses_min",
        "los_max",
        "seldom_floor",
        "seldom_max",
        "seldom_share_min",
        "seldom_stays_min",
        "share_min",
        "stays_min",
        "times_usual",
        "trim_share",
        "usual_floor",
    ),
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
    the rate taken as at least ``usual_floor``). In small houses, where some of these diseases are half of what everybody admits, those are
    counted by themselves that at most ``seldom_max`` of the like houses' stays are for, where there are ``houses_min`` houses to tell
    (``seldom_stays_min``, ``seldom_share_min``, ``seldom_floor``; for this habit emergencies and the very old count too, here as there): then
    the mild stays for such a disease are found. Houses of Chinese medicine are compared among themselves.
    Unlike low_threshold_admission it does not ask what was done in the bed. Emergencies,
    transfers, deaths and maternity are cleared. An honest house would show in the record what the clinic could not have done.
    """
    care = houses_by_craft(t).select("fixmedins_code", *LIKE)
    (stays,) = at_hand(
        t.extracted.with_columns(pl.col("mild", "light").fill_null(value=False), dx3=pl.col("main_dx").str.slice(0, 3)).join(
            care, on="fixmedins_code", how="left"
        )
    )
    of_all = _habit(stays, "mild", p, floor="usual_floor", share="share_min", least="stays_min").with_columns(seldom_only=pl.lit(value=False))
    stays = stays.join(_seldom_admitted(stays, p), on=["fixmedins_code", "dx3"], how="left").with_columns(pl.col("seldom").fill_null(value=False))
    seldom = stays.with_columns(counted=pl.col("light") & pl.col("seldom"))
    of_seldom = _habit(seldom, "counted", p, floor="seldom_floor", share="seldom_share_min", least="seldom_stays_min")
    of_seldom = of_seldom.join(of_all, on="fixmedins_code", how="anti").with_columns(seldom_only=pl.lit(value=True))
    like = pl.when("seldom_only").then(pl.lit("因同类机构极少收治的门诊病种住院（含急诊）")).otherwise(pl.lit("如此"))
    return (
        stays.filter("mild")
        .join(pl.concat([of_all, of_seldom]), on="fixmedins_code")
        .filter(pl.col("seldom") | ~pl.col("seldom_only"))
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            occurred_from="begn_date",
            occurred_to="last_day",
            strength=(0.35 + pl.col("share")).clip(0.4, 0.85),
            evidence=filled(
                "患者以{}（{}）择期住院{}共{}天，属门诊通常可治疾病，无手术、非急诊、非转院；"
                "该院{}例住院中{}例{}（{}），同级同类其他机构不超过{}。本次基金支付{}元。",
                pl.col("dscg_maindiag_name").fill_null("未填诊断名称"),
                "main_dx",
                span(pl.col("begn_date"), pl.col("last_day")),
                "los",
                "house_stays",
                "house_counted",
                like,
                percent(pl.col("share")),
                percent(pl.col("usual")),
                yuan(pl.col("paid_fen")),
            ),
        )
    )


def _habit(stays: pl.LazyFrame, flag: str, p: Params, *, floor: str, share: str, least: str) -> pl.LazyFrame:
    """The houses whose stays bear ``flag`` more often than their like's and than chance allows: ``house_stays house_counted share usual``."""
    usual = others_rate(pl.col("house_counted"), pl.col("house_stays"), p["trim_share"], over=LIKE).clip(p[floor])
    return (
        stays.group_by("fixmedins_code", *LIKE)
        .agg(house_stays=pl.len(), house_counted=pl.col(flag).sum())
        .with_columns(usual=usual, share=pl.col("house_counted") / pl.col("house_stays"))
        .with_columns(chance=at_least("house_counted", "house_stays", "usual"))
        .filter(
            (pl.col("house_counted") >= p[least])
            & (pl.col("share") >= p[share])
            & (pl.col("share") >= p["times_usual"] * pl.col("usual"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("fixmedins_code", "house_stays", "house_counted", "share", "usual")
    )


def _seldom_admitted(stays: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """For each house the diseases (``dx3``) of its clinic stays that its like hardly admit for, ``seldom`` being true."""
    house = stays.group_by("fixmedins_code", *LIKE).agg(house_stays=pl.len()).with_columns(alike=pl.len().over(LIKE))
    own = stays.filter("light").group_by("fixmedins_code", "dx3").agg(own=pl.len())
    every = house.filter(pl.col("alike") > p["houses_min"]).join(own.select("dx3").unique(), how="cross")
    others = others_rate(pl.col("own"), pl.col("house_stays"), p["trim_share"], over=[*LIKE, "dx3"])
    return (
        every.join(own, on=["fixmedins_code", "dx3"], how="left")
        .with_columns(pl.col("own").fill_null(0))
        .filter(others <= p["seldom_max"])
        .select("fixmedins_code", "dx3", seldom=pl.lit(value=True))
    )
