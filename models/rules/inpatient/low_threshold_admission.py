from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.exceptions.therapy_cycle import therapy_cycle
from models.exceptions.urgent_or_fatal import urgent_or_fatal
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stay_profile import stay_profiles
from models.rules.inpatient._stays import houses
from models.wording import percent, span, yuan

CLEARED = (urgent_or_fatal, day_procedure, maternity, therapy_cycle)

#: Symptoms and check-ups (R00–R69 without coma and shock, Z00–Z13), and diseases usually treated as an outpatient.
AMBULATORY = (
    r"^(?:R(?:0[0-9]|1[0-9]|2[0-35-9]|3|4[1-9]|5[0-36]|6[0-8])|Z(?:0[0-46-9]|1[0-3])"
    r"|I10|E78|E66|J0[0-6]|J20|J31|K29|K30|K59|K76|M25|M47|M5[034]|M79|G4[347]|N95|F5[1]|L[23]|H10|E04|I67\.[289]|H81|K21)"
)


def admissions(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays with their shares, flagged ``light`` where nothing but tests was done for an ambulatory complaint."""
    care = pl.col("drug_fen") + pl.col("therapy_fen") + pl.col("operation_fen") + pl.col("material_fen")
    stays = stay_profiles(t).filter(pl.col("last_day").is_not_null() & pl.col("settled") & (pl.col("fee_total") > 0))
    rest = (pl.col("fee_total") - pl.col("gene_fen")).clip(1)
    stays = stays.with_columns(test_share=(pl.col("exam_fen") + pl.col("lab_fen") - pl.col("gene_fen")) / rest, care_share=care / rest)
    near = stays.filter(
        (pl.col("los") <= p["los_max"])
        & (pl.col("test_share") >= p["habit_test_share_min"])
        & (pl.col("care_share") <= p["habit_care_share_max"])
        & pl.col("main_dx").str.contains(AMBULATORY)
    ).select("mdtrt_id")
    for unit in CLEARED:
        near = unit.clear(near, t, p)
    strict = (pl.col("test_share") >= p["test_share_min"]) & (pl.col("care_share") <= p["care_share_max"])
    return (
        stays.join(near.with_columns(near=pl.lit(value=True)), on="mdtrt_id", how="left")
        .with_columns(pl.col("near").fill_null(value=False))
        .with_columns(light=pl.col("near") & strict)
    )


@rule(
    title_zh="低标准入院（体检式住院）",
    title_en="Low-threshold admission",
    kind=Kind.LOW_THRESHOLD_ADMISSION,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000204005000",
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d", "setl_d"),
    params=(
        "care_share_max",
        "habit_care_share_max",
        "habit_share_min",
        "habit_stays_min",
        "habit_test_share_min",
        "los_max",
        "test_share_min",
    ),
    exceptions=tuple(unit.name for unit in CLEARED),
    loss="stay",
    extract=admissions,
)
def low_threshold_admission(t: Tables, p: Params) -> pl.LazyFrame:
    """A stay that was a check-up: short, planned, tests make up nearly all of the fees, and next to nothing was treated.

    All of these must hold: at most ``los_max`` days; tests at least ``test_share_min`` of the fees; drugs, treatment and material together
    at most ``care_share_max``; a symptom, check-up or ambulatory disease as main diagnosis; no operation or procedure, no emergency, not
    sent on, not left against advice, not dead, no maternity, no treatment cycle. In a house whose habit this is (at least
    ``habit_stays_min`` such stays that are ``habit_share_min`` of all) stays with a little treatment for show are found too
    (``habit_test_share_min``, ``habit_care_share_max``). Gene tests are left out of all shares: one of them would outweigh a
    stay's treatment (see gene_tests_unrelated). The evidence gives the institution's share of such stays
    beside the city's, since one such stay may be caution and a third of all stays is a business.
    """
    stays = t.extracted
    names = houses(t).select("fixmedins_code", "fixmedins_name")
    by_house = stays.group_by("fixmedins_code").agg(house_stays=pl.len(), house_light=pl.col("light").sum())
    usual = stays.select(usual=pl.col("light").mean())
    light = (
        stays.filter(pl.col("near"))
        .join(by_house, on="fixmedins_code")
        .join(names, on="fixmedins_code", how="left")
        .join(usual, how="cross")
        .with_columns(share=pl.col("house_light") / pl.col("house_stays"))
        .filter(pl.col("light") | ((pl.col("house_light") >= p["habit_stays_min"]) & (pl.col("share") >= p["habit_share_min"])))
    )
    return light.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        occurred_from="begn_date",
        occurred_to="last_day",
        strength=(0.4 + 2 * pl.col("share")).clip(0.4, 0.95),
        evidence=filled(
            "患者以{}（{}）择期住院{}，共{}天，检查检验费占{}，药品、治疗、手术及材料费合计仅占{}（基因检测除外），费用{}元，符合门诊即可诊治的体检式住院特征；"
            "该院此类住院{}例，占其住院{}，全市为{}。",
            pl.col("dscg_maindiag_name").fill_null("未填诊断名称"),
            "main_dx",
            span(pl.col("begn_date"), pl.col("last_day")),
            "los",
            percent(pl.col("test_share")),
            percent(pl.col("care_share")),
            yuan(pl.col("fee_total")),
            "house_light",
            percent(pl.col("share")),
            percent(pl.col("usual")),
        ),
    )
