from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule


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

    Counting both the day of admission and of discharge is lawful, and ``days_slack`` more days are allowed. It carries no amount.
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
    both = lists.join(t.visits.select("mdtrt_id", "psn_no", "fixmedins_code", "gend", "age", "begn_date", "end_date"), on="mdtrt_id", how="inner")
    length = (pl.col("end_date") - pl.col("begn_date")).dt.total_days() + 1
    checks = {
        "性别与参保登记不一致": pl.col("list_gend").is_in(["1", "2"]) & pl.col("gend").is_in(["1", "2"]) & (pl.col("list_gend") != pl.col("gend")),
        "年龄与参保登记不一致": (pl.col("list_age").cast(pl.Float64) - pl.col("age")).abs() > p["age_gap_max"],
        "出院时间早于入院时间": pl.col("dscg") < pl.col("adm"),
        "实际住院天数超过住院起止日期": pl.col("days").cast(pl.Float64) > length + p["days_slack"],
        "护理天数之和超过住院起止日期": pl.col("nursing") > length + p["days_slack"],
        "呼吸机使用小时超过住院时长": pl.col("vent").cast(pl.Float64) > (length + p["days_slack"]) * 24,
    }
    wrong = pl.concat_list(pl.when(test.fill_null(value=False)).then(pl.lit(text)) for text, test in checks.items()).list.drop_nulls()
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
        evidence=pl.format("结算清单{}。", pl.col("wrong").list.join("；")),
    )
