from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import count, meaning, span


@rule(
    title_zh="医保结算清单信息异常",
    title_en="Settlement list contradicts the stay",
    kind=Kind.DATA_QUALITY,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000201001000",
    legal_basis=("reg.16", "reg.39.3"),
    needs=("mdcs_fund_setl_list_d", "mdtrt_d"),
    params=("age_gap_max", "days_slack"),
    exceptions=("refund",),
)
def settlement_list_contradiction(t: Tables, p: Params) -> pl.LazyFrame:
    """A settlement list that contradicts the stay or the registry: sex, age, dates, days, nursing days, hours of ventilation.

    Counting both the day of admission and of discharge is lawful, and ``days_slack`` more days are allowed; in a stay of years the patient grows
    older. It carries no amount.
    """
    lists = (
        t.raw("mdcs_fund_setl_list_d")
        .select(
            "setl_id",
            "mdtrt_id",
            list_gend="gend",
            list_age="age",
            adm="adm_time",
            dscg="dscg_time",
            days="act_ipt_days",
            vent="vent_used_h_cnt",
            nursing=pl.sum_horizontal(pl.col("spga_nurscare_days", "lv1_nurscare_days", "scd_nurscare_days", "lv3_nurscare_days").cast(pl.Float64)),
        )
        .unique("setl_id", keep="first")
    )
    both = lists.join(
        t.standing_visits.select("mdtrt_id", "psn_no", "fixmedins_code", "gend", "age", "brdy", "begn_date", "end_date"), on="mdtrt_id", how="inner"
    )
    length = (pl.col("end_date") - pl.col("begn_date")).dt.total_days() + 1
    days, nursing, vent = pl.col("days").cast(pl.Float64), pl.col("nursing"), pl.col("vent").cast(pl.Float64)
    # the registry gives the age at admission; the list may give that at discharge
    list_age = pl.col("list_age").cast(pl.Float64)
    older = ((pl.col("end_date") - pl.col("brdy")).dt.total_days() / 365.25).floor().fill_null(pl.col("age")).clip(lower_bound="age")
    sex = meaning("gend", pl.col("list_gend")), meaning("gend", pl.col("gend"))
    stay = span(pl.col("begn_date"), pl.col("end_date"))
    checks = (
        (
            pl.col("list_gend").is_in(["1", "2"]) & pl.col("gend").is_in(["1", "2"]) & (pl.col("list_gend") != pl.col("gend")),
            filled("性别为{}，参保登记为{}", *sex),
        ),
        (
            (pl.col("age") - list_age > p["age_gap_max"]) | (list_age - older > p["age_gap_max"]),
            filled("年龄为{}岁，按参保登记为{}岁", count(pl.col("list_age").cast(pl.Float64)), count(pl.col("age"))),
        ),
        (
            pl.col("dscg") < pl.col("adm"),
            filled("出院时间（{}）早于入院时间（{}）", pl.col("dscg").dt.date().cast(pl.String), pl.col("adm").dt.date().cast(pl.String)),
        ),
        (days > length + p["days_slack"], filled("实际住院{}天，而住院起止日期{}只有{}天（含入、出院当日）", count(days), stay, length)),
        (nursing > length + p["days_slack"], filled("各级护理合计{}天，而住院起止日期{}只有{}天", count(nursing), stay, length)),
        (vent > (length + p["days_slack"]) * 24, filled("呼吸机使用{}小时，而住院起止日期{}只有{}天", count(vent), stay, length)),
    )
    wrong = pl.concat_list(pl.when(test.fill_null(value=False)).then(text) for test, text in checks).list.drop_nulls()
    odd = both.with_columns(wrong=wrong).filter(pl.col("wrong").list.len() > 0)
    return odd.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        occurred_from="begn_date",
        occurred_to=pl.coalesce("end_date", "begn_date"),
        amount_fen=pl.lit(0, pl.Int64),
        loss_fen=pl.lit(0, pl.Int64),
        evidence=filled("结算清单{}。", pl.col("wrong").list.join("；")),
    )
