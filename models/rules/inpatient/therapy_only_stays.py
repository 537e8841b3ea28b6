from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.exceptions.therapy_cycle import therapy_cycle
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stay_profile import stay_profiles
from models.rules.inpatient._stays import houses_by_craft
from models.rules.inpatient.returning_patients import MILD
from models.wording import percent, span, yuan

CLEARED = (day_procedure, maternity, therapy_cycle)


def stays_of_therapy(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished, settled stays, ``bare`` where an ambulatory complaint got treatments by hand or apparatus and next to nothing else."""
    stays = stay_profiles(t).filter(pl.col("last_day").is_not_null() & pl.col("settled") & (pl.col("fee_total") > 0))
    other = pl.col("drug_fen") + pl.col("exam_fen") + pl.col("lab_fen") + pl.col("operation_fen") + pl.col("material_fen")
    stays = stays.with_columns(other_share=other / pl.col("fee_total"))
    bare = stays.filter(
        (pl.col("therapy_fen") > 0)
        & (pl.col("other_share") <= p["other_share_max"])
        & (pl.col("los") >= p["los_min"])
        & pl.col("main_dx").str.contains(MILD)
        & ~pl.col("dscg_way").is_in(["2", "4", "5"]).fill_null(value=False)
    ).select("mdtrt_id")
    for unit in CLEARED:
        bare = unit.clear(bare, t, p)
    return stays.select(
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "begn_date",
        "last_day",
        "los",
        "main_dx",
        "dscg_maindiag_name",
        "therapy_fen",
        "fee_total",
        "other_share",
        pl.coalesce("drg_fund_fen", "fund_fen", 0).alias("paid_fen"),
    ).join(bare.with_columns(bare=pl.lit(value=True)), on="mdtrt_id", how="left")


@rule(
    title_zh="仅做理疗的住院",
    title_en="Stays of physiotherapy alone",
    kind=Kind.LOW_THRESHOLD_ADMISSION,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000204005000",
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d", "setl_d"),
    params=("chance_max", "los_min", "other_share_max", "stays_min", "times_usual", "trim_share", "usual_floor"),
    exceptions=tuple(unit.name for unit in CLEARED),
    loss="stay",
    extract=stays_of_therapy,
)
def therapy_only_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Patients with a stiff back or the like lie in bed for treatments that an outpatient gets by the session.

    A stay counts when it was for a disease usually treated as an outpatient, lasted at least ``los_min`` days, and drugs, tests, material and
    operations together are at most ``other_share_max`` of its fees: nobody examined the patient, nobody gave him anything, but needles,
    lamps and traction were charged beside the bed. Who needs a hospital bed is at least examined there. Found are houses with at least
    ``stays_min`` such stays, ``times_usual`` times the rate of the other houses of the same kind of care (the highest ``trim_share`` of
    them left out; houses of Chinese medicine among themselves) and more than chance allows (binomial, ``chance_max``; the rate taken as at
    least ``usual_floor``). Operations, maternity, courses of rehabilitation and other cycles, transfers, leaving against advice and deaths
    are cleared; an emergency in which nothing was examined is one in name only. An honest house would show in the record what bound the
    patient to the bed.
    """
    care = houses_by_craft(t).select("fixmedins_code", "care_class")
    stays = t.extracted.with_columns(pl.col("bare").fill_null(value=False)).join(care, on="fixmedins_code", how="left")
    house = (
        stays.group_by("fixmedins_code", "care_class")
        .agg(house_stays=pl.len(), house_bare=pl.col("bare").sum())
        .with_columns(
            others=others_rate(pl.col("house_bare"), pl.col("house_stays"), p["trim_share"], over="care_class"),
            share=pl.col("house_bare") / pl.col("house_stays"),
        )
        .with_columns(usual=pl.col("others").clip(p["usual_floor"]))
        .with_columns(chance=at_least("house_bare", "house_stays", "usual"))
        .filter(
            (pl.col("house_bare") >= p["stays_min"])
            & (pl.col("share") >= p["times_usual"] * pl.col("others"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .drop("care_class")
    )
    return (
        stays.filter("bare")
        .join(house, on="fixmedins_code")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            occurred_from="begn_date",
            occurred_to="last_day",
            strength=(0.5 + pl.col("share")).clip(0.5, 0.9),
            evidence=filled(
                "患者以{}（{}）住院{}共{}天，费用{}元中除床位护理外几乎全为理疗、针灸等治疗（{}元），药品、检查检验、材料合计仅占{}，门诊即可完成；"
                "该院{}例住院中{}例如此（{}），同类其他机构为{}。本次基金支付{}元。",
                pl.col("dscg_maindiag_name").fill_null("未填诊断名称"),
                "main_dx",
                span(pl.col("begn_date"), pl.col("last_day")),
                "los",
                yuan(pl.col("fee_total")),
                yuan(pl.col("therapy_fen")),
                percent(pl.col("other_share")),
                "house_stays",
                "house_bare",
                percent(pl.col("share")),
                percent(pl.col("others")),
                yuan(pl.col("paid_fen")),
            ),
        )
    )
