from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.bed_day_paid import bed_day_paid
from models.exceptions.maternity import maternity
from models.exceptions.planned_readmission import planned_readmission
from models.exceptions.staged_operation import staged_operation
from models.exceptions.therapy_cycle import therapy_cycle
from models.exceptions.transfer import transfer
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import houses
from models.wording import percent, span, yuan

CLEARED = (therapy_cycle, planned_readmission, staged_operation, maternity, transfer, bed_day_paid)

COLUMNS = (
    "mdtrt_id",
    "psn_no",
    "fixmedins_code",
    "begn_date",
    "last_day",
    "los",
    "main_dx",
    "dscg_maindiag_name",
    "adm_way_code",
    "fee_fen",
    "inscp_fen",
    "fund_fen",
    "drg_fund_fen",
    "case_paid",
)


def readmissions(t: Tables, p: Params) -> pl.LazyFrame:
    """All stays of the bucket; where an earlier one of the person ended at the same institution within ``gap_days``: its dates, gap, and
    whether the two belong together and nothing lawful explains the second (``judged``)."""
    stays = t.stays.filter(~pl.col("in_hospital").fill_null(value=False) & pl.col("endtime").is_not_null() & pl.col("settled"))
    stays = stays.with_columns(last_day=pl.col("end_date")).filter(pl.col("last_day") >= pl.col("begn_date"))
    persons, order = ["psn_no", "fixmedins_code"], ["begn_date", "mdtrt_id"]
    earlier = {
        name: pl.col(name).shift(1).over(persons, order_by=order).alias(f"first_{name}")
        for name in ("mdtrt_id", "begn_date", "last_day", "main_dx", "los")
    }
    way = pl.col("dscg_way").shift(1).over(persons, order_by=order)
    pairs = stays.with_columns(*earlier.values(), first_way=way).with_columns(gap=(pl.col("begn_date") - pl.col("first_last_day")).dt.total_days())
    related = (pl.col("main_dx").str.slice(0, 3) == pl.col("first_main_dx").str.slice(0, 3)) | (
        (_block(pl.col("main_dx")) == _block(pl.col("first_main_dx"))) & (pl.col("gap") <= p["immediate_days"])
    )
    candidates = pairs.filter(
        pl.col("gap").is_between(0, p["gap_days"]) & related & ~pl.col("first_way").fill_null("1").is_in(["2", "4", "5"])
    ).select("mdtrt_id")
    for unit in CLEARED:
        candidates = unit.clear(candidates, t, p)
    return pairs.select(*COLUMNS, "first_mdtrt_id", "first_begn_date", "first_last_day", "first_los", "first_way", "gap").join(
        candidates.with_columns(judged=pl.lit(value=True)), on="mdtrt_id", how="left"
    )


@rule(
    title_zh="分解住院",
    title_en="Split stay",
    kind=Kind.SPLIT_STAY,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000204001000",
    legal_basis=("reg.15", "reg.38.1", "impl.23", "impl.35"),
    needs=("mdtrt_d", "setl_d"),
    params=("gap_days", "habit_gap_days", "habit_times_usual", "immediate_days", "immediate_share_min", "repeat_stays_min"),
    exceptions=tuple(unit.name for unit in CLEARED),
    loss="stay",
    extract=readmissions,
)
def split_stay(t: Tables, p: Params) -> pl.LazyFrame:
    """One treatment cut into two stays: back in the same bed within days of a discharge home, for the same disease, without a new reason.

    Judged are second stays within ``gap_days`` whose main diagnosis is the first's (same three characters; within ``immediate_days`` also
    the same ICD block: J15 after J18). A first stay that ended in transfer, against advice or in death is no cut; nor are cycles, stages,
    maternity, announced returns and bed-day-paid interim closings. What remains can still be a relapse, so one more thing must speak for
    a cut: the return came within ``immediate_days`` and the settlement list tells of no emergency, or the institution makes a habit of it: at least
    ``repeat_stays_min`` immediate returns that are ``immediate_share_min`` of its stays, or returns within ``habit_gap_days`` at
    ``habit_times_usual`` times the rate of the rest of the city, which no relapse rate explains.
    The loss is what the fund paid for the second stay: with one stay, one deductible and, under DRG, one payment, it would not have arisen.
    """
    stays = t.extracted
    immediate = pl.col("judged") & (pl.col("gap") <= p["immediate_days"])
    early = pl.col("judged") & (pl.col("gap") <= p["habit_gap_days"])
    habit = stays.group_by("fixmedins_code").agg(
        house_stays=pl.len(), house_cuts=immediate.fill_null(value=False).sum(), house_early=early.fill_null(value=False).sum()
    )
    names = houses(t).select("fixmedins_code", "fixmedins_name")
    total = stays.select(all_stays=pl.len(), all_cuts=immediate.fill_null(value=False).sum(), all_early=early.fill_null(value=False).sum())
    judged = (
        stays.filter(pl.col("judged"))
        .join(habit, on="fixmedins_code")
        .join(names, on="fixmedins_code", how="left")
        .join(total, how="cross")
        .with_columns(others=(pl.col("all_stays") - pl.col("house_stays")).clip(1))
        .with_columns(
            usual=(pl.col("all_cuts") - pl.col("house_cuts")) / pl.col("others"),
            usual_early=(pl.col("all_early") - pl.col("house_early")) / pl.col("others"),
            share=pl.col("house_cuts") / pl.col("house_stays"),
            elective=pl.col("adm_way_code").is_not_null() & (pl.col("adm_way_code") != "1"),
            soon=pl.col("gap") <= p["immediate_days"],
        )
        .with_columns(
            habitual=(pl.col("house_cuts") >= p["repeat_stays_min"]) & (pl.col("share") >= p["immediate_share_min"]),
            many=(pl.col("house_early") >= p["repeat_stays_min"])
            & (pl.col("house_early") / pl.col("house_stays") >= p["habit_times_usual"] * pl.col("usual_early")),
        )
        .filter((pl.col("soon") & (pl.col("elective") | pl.col("habitual"))) | (pl.col("many") & (pl.col("gap") <= p["habit_gap_days"])))
    )
    return judged.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        occurred_from="first_begn_date",
        occurred_to="last_day",
        strength=pl.when(pl.col("habitual") | pl.col("many")).then(0.9).when(pl.col("gap") <= 1).then(0.6).otherwise(0.45),
        evidence=pl.format(
            "患者{}在该院住院{}天后{}，{}又以{}（{}）入同一院住院{}，两次主要诊断相同或相关，"
            "非转院、非周期治疗、非分期手术；后一次住院基金支付{}元。该院{}天内同病种再入院{}例，占全部住院{}，全市其余机构为{}。",
            span(pl.col("first_begn_date"), pl.col("first_last_day")),
            "first_los",
            pl.when(pl.col("first_way").is_null()).then(pl.lit("出院（离院方式未上传）")).otherwise(pl.lit("出院回家")),
            pl.when(pl.col("gap") == 0).then(pl.lit("当日")).otherwise(pl.format("间隔{}天", "gap")),
            pl.col("dscg_maindiag_name").fill_null("同类诊断"),
            "main_dx",
            span(pl.col("begn_date"), pl.col("last_day")),
            yuan(pl.coalesce("drg_fund_fen", "fund_fen")),
            pl.lit(p["immediate_days"]),
            "house_cuts",
            percent(pl.col("share")),
            percent(pl.col("usual")),
        ),
    )


def _block(code: pl.Expr) -> pl.Expr:
    """A coarse ICD block: letter and first digit (J1 influenza and pneumonia, I2 ischaemic heart disease …)."""
    return code.str.slice(0, 2)
