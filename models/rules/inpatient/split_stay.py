from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.bed_day_paid import bed_day_paid
from models.exceptions.emergency_relapse import emergency_relapse
from models.exceptions.maternity import maternity
from models.exceptions.planned_readmission import planned_readmission
from models.exceptions.staged_operation import staged_operation
from models.exceptions.therapy_cycle import therapy_cycle
from models.exceptions.transfer import transfer
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
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
    """All stays of the bucket; where an earlier one of the person ended at the same institution within the longest window: its dates, gap,
    and whether the two belong together and nothing lawful explains the second (``judged``)."""
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
        (_block(pl.col("main_dx")) == _block(pl.col("first_main_dx"))) & (pl.col("gap") <= p["gap_days"])
    )
    candidates = pairs.filter(
        pl.col("gap").is_between(0, max(last for _, last in _windows(p))) & related & ~pl.col("first_way").fill_null("1").is_in(["2", "4", "5"])
    ).select("mdtrt_id", "gap")
    for unit in CLEARED:
        candidates = unit.clear(candidates, t, p)
    # a relapse takes some days: who is back at once was not well enough to go home
    soon = pl.col("gap") <= p["immediate_days"]
    candidates = pl.concat([candidates.filter(soon), emergency_relapse.clear(candidates.filter(~soon), t, p)]).drop("gap")
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
    params=(
        "beyond_days",
        "chance_max",
        "gap_days",
        "habit_gap_days",
        "habit_times_usual",
        "immediate_days",
        "immediate_share_min",
        "limits_elsewhere",
        "repeat_stays_min",
        "trim_share",
        "usual_floor",
    ),
    exceptions=(*(unit.name for unit in CLEARED), "emergency_relapse"),
    loss="stay",
    extract=readmissions,
    version="2",
)
def split_stay(t: Tables, p: Params) -> pl.LazyFrame:
    """One treatment cut into two stays: back in the same bed within days of a discharge home, for the same disease, without a new reason.

    Judged are second stays whose main diagnosis is the first's (same three characters; within ``gap_days`` also the same ICD block: J15 after
    J18). A first stay that ended in transfer, against advice or in death is no cut; nor are cycles, stages, maternity, announced returns and
    bed-day-paid interim closings, nor, after ``immediate_days``, emergencies of relapsing diseases. What remains can still be a relapse, so one
    more thing must speak for a cut: the return came within ``immediate_days`` and the settlement list tells of no emergency, or the institution
    makes a habit of it. A habit are at least ``repeat_stays_min`` immediate returns that are ``immediate_share_min`` of its stays; or as many
    returns within ``habit_gap_days``, or within ``gap_days``, at ``habit_times_usual`` times the rate of the other houses (the highest
    ``trim_share`` of them left out), or their rate for the house's diseases where that is higher, and more than chance allows at that rate,
    taken as at least ``usual_floor`` (binomial, ``chance_max``), which no relapse rate explains; or as many returns, by the same measure, in the
    ``beyond_days`` days after a limit below which cities refuse a readmission (``limits_elsewhere``): diseases do not come back on the
    sixteenth day because a rule counts to fifteen.
    The loss is what the fund paid for the second stay: with one stay, one deductible and, under DRG, one payment, it would not have arisen.
    """
    stays = t.extracted.with_columns(judged=pl.col("judged").fill_null(value=False))
    immediate = pl.col("judged") & (pl.col("gap") <= p["immediate_days"])
    counted = {"n": immediate.fill_null(value=False)} | {f"n_{k}": _within(window).fill_null(value=False) for k, window in enumerate(_windows(p))}
    usual = {name: name.replace("n", "usual", 1) for name in counted}
    # a weak heart comes back sooner than a broken bone: each house is expected to have what the others have of its diseases
    by_disease = (
        stays.group_by("fixmedins_code", block=_block(pl.col("main_dx")))
        .agg(pl.len().alias("of_block"), *(shown.sum().alias(name) for name, shown in counted.items()))
        .with_columns(others_rate(pl.col(name), pl.col("of_block"), p["trim_share"], over="block").alias(f"rate_{name}") for name in counted)
        .group_by("fixmedins_code")
        .agg(((pl.col(f"rate_{name}") * pl.col("of_block")).sum() / pl.col("of_block").sum()).alias(f"disease_{name}") for name in counted)
    )
    house = (
        stays.group_by("fixmedins_code")
        .agg(pl.len().alias("house_stays"), *(shown.sum().alias(name) for name, shown in counted.items()))
        .join(by_disease, on="fixmedins_code")
        .with_columns(
            pl.max_horizontal(others_rate(pl.col(name), pl.col("house_stays"), p["trim_share"]), f"disease_{name}").alias(usual[name])
            for name in counted
        )
        .with_columns(habitual=(pl.col("n") >= p["repeat_stays_min"]) & (pl.col("n") >= p["immediate_share_min"] * pl.col("house_stays")))
    )
    for k in range(len(_windows(p))):
        count, rate = pl.col(f"n_{k}"), pl.col(f"usual_{k}")
        house = (
            house.with_columns(floored=rate.clip(p["usual_floor"]))
            .with_columns(at_least(f"n_{k}", "house_stays", "floored").alias(f"chance_{k}"))
            .with_columns(
                (
                    (count >= p["repeat_stays_min"])
                    & (count >= p["habit_times_usual"] * rate * pl.col("house_stays"))
                    & (pl.col(f"chance_{k}") <= p["chance_max"])
                ).alias(f"habit_{k}")
            )
        )
    elective = pl.col("adm_way_code").is_not_null() & (pl.col("adm_way_code") != "1")
    soon = pl.col("gap") <= p["immediate_days"]
    # the unlikeliest of the habits that a return belongs to is what its evidence tells
    shows = [_within(window) & pl.col(f"habit_{k}") for k, window in enumerate(_windows(p))]
    least = pl.min_horizontal(pl.when(shown).then(pl.col(f"chance_{k}")) for k, shown in enumerate(shows))
    told = [pl.when(soon & pl.col("habitual")).then(_told("n", "usual", 0, p["immediate_days"]))]
    told += [
        pl.when(shows[k] & (pl.col(f"chance_{k}") == least)).then(_told(f"n_{k}", f"usual_{k}", *window)) for k, window in enumerate(_windows(p))
    ]
    judged = (
        stays.filter("judged")
        .join(house, on="fixmedins_code")
        .with_columns(habit=pl.coalesce(told))
        .filter(pl.col("habit").is_not_null() | (soon & elective))
        .with_columns(habit_told=pl.coalesce("habit", _told("n", "usual", 0, p["immediate_days"])))
    )
    return judged.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        occurred_from="first_begn_date",
        occurred_to="last_day",
        strength=pl.when(pl.col("habit").is_not_null()).then(0.9).when(pl.col("gap") <= 1).then(0.6).otherwise(0.45),
        evidence=filled(
            "患者{}在该院住院{}天后{}，{}又以{}（{}）入同一院住院{}，两次主要诊断相同或相关，"
            "非转院、非周期治疗、非分期手术；后一次住院基金支付{}元。{}",
            span(pl.col("first_begn_date"), pl.col("first_last_day")),
            "first_los",
            pl.when(pl.col("first_way").is_null()).then(pl.lit("出院（离院方式未上传）")).otherwise(pl.lit("出院回家")),
            pl.when(pl.col("gap") == 0).then(pl.lit("当日")).otherwise(filled("间隔{}天", "gap")),
            pl.col("dscg_maindiag_name").fill_null("同类诊断"),
            "main_dx",
            span(pl.col("begn_date"), pl.col("last_day")),
            yuan(pl.coalesce("drg_fund_fen", "fund_fen")),
            "habit_told",
        ),
    )


def _windows(p: Params) -> list[tuple[int, int]]:
    """The spans of days (first, last) after a discharge in which a house's returns are counted."""
    beyond = [(limit + 1, limit + p["beyond_days"]) for limit in p["limits_elsewhere"]]
    return [*beyond, (0, p["habit_gap_days"]), (0, p["gap_days"])]


def _within(window: tuple[int, int]) -> pl.Expr:
    return pl.col("judged") & pl.col("gap").is_between(*window)


def _told(count: str, usual: str, first: int, last: int) -> pl.Expr:
    """What the evidence says of the house's returns between two days."""
    days = f"{last}天内" if first == 0 else f"第{first}至{last}天（恰在常见的{first - 1}天限期之后）"
    share = pl.col(count) / pl.col("house_stays")
    return filled("该院{}同病种再入院{}例，占全部住院{}，全市其余机构为{}。", pl.lit(days), count, percent(share), percent(pl.col(usual)))


def _block(code: pl.Expr) -> pl.Expr:
    """A coarse ICD block: letter and first digit (J1 influenza and pneumonia, I2 ischaemic heart disease …)."""
    return code.str.slice(0, 2)
