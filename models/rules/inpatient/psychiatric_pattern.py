from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import PSYCHIATRIC_NAMES, dated_stays, houses, stay_lines
from models.wording import count, span, yuan

#: Antipsychotics, mood stabilisers and antiepileptics, antidepressants, drugs against addiction: what such a stay is treated with.
PSYCHOTROPIC = r"^X(?:N03A|N05A|N06A|N06D|N07B)"


@rule(
    title_zh="精神类虚假住院（到限即出、次日再入、逐日雷同）",
    title_en="Psychiatric stays of one pattern",
    kind=Kind.FAKE_INPATIENT,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.20", "reg.40.1", "reg.40.3", "impl.25"),
    needs=("mdtrt_d", "fee_list_d", "setl_d"),
    params=("bundle_day_share", "bundle_items_min", "chain_gap_days", "days_min", "limit_slack_days"),
    exceptions=("refund",),
    loss="stay",
)
def psychiatric_pattern(t: Tables, p: Params) -> pl.LazyFrame:
    """Psychiatric stays that look made rather than lived.

    Three signs, of which two must meet in one stay of at least ``days_min`` days in a psychiatric house or ward:
    the stay belongs to a chain (the same person back within ``chain_gap_days`` in the same house, the stays of one length to within
    ``limit_slack_days``: cut at a limit); a bundle of at least ``bundle_items_min`` therapies a day on ``bundle_day_share`` of all days,
    Sundays and holidays too; no antipsychotic, antidepressant, mood stabiliser or addiction drug in the whole stay.
    An honest house may have patients who bring their own drugs, or who come back at once, but treats them with less on Sundays. A chain
    alone is the lawful interim closing of long care paid by the day.
    """
    psychiatric = houses(t).filter(pl.col("care_class") == "psychiatric").select("fixmedins_code", house_is=pl.lit(value=True))
    stays = (
        dated_stays(t)
        .join(psychiatric, on="fixmedins_code", how="left")
        .filter(pl.col("house_is").fill_null(value=False) | pl.col("adm_dept_name").str.contains(PSYCHIATRIC_NAMES).fill_null(value=False))
        .select(
            "mdtrt_id",
            "psn_no",
            "fixmedins_code",
            "begn_date",
            "last_day",
            "main_dx",
            "dscg_maindiag_name",
            pl.coalesce("drg_fund_fen", "fund_fen", 0).alias("paid_fen"),
        )
    )
    care = (
        stay_lines(t)
        .filter(~pl.col("take_home"))
        .with_columns(psychotropic=t.of_item(pl.col("hilist_code").str.contains(PSYCHOTROPIC)))
        .group_by("mdtrt_id")
        .agg(
            days=pl.col("date").n_unique(),
            therapy_days=pl.col("date").filter(pl.col("role") == "therapy").n_unique(),
            therapies=(pl.col("role") == "therapy").sum(),
            sundays=pl.col("date").filter((pl.col("role") == "therapy") & (pl.col("date").dt.weekday() == 7)).n_unique(),
            drugs=pl.col("psychotropic").sum(),
        )
    )
    persons, order = ["psn_no", "fixmedins_code"], ["begn_date", "mdtrt_id"]
    length = (pl.col("last_day") - pl.col("begn_date")).dt.total_days()
    gap_before = (pl.col("begn_date") - pl.col("last_day").shift(1).over(persons, order_by=order)).dt.total_days()
    gap_after = (pl.col("begn_date").shift(-1).over(persons, order_by=order) - pl.col("last_day")).dt.total_days()
    slack = p["limit_slack_days"]
    linked = (gap_before.is_between(0, p["chain_gap_days"]) & _same(length, length.shift(1).over(persons, order_by=order), slack)) | (
        gap_after.is_between(0, p["chain_gap_days"]) & _same(length, length.shift(-1).over(persons, order_by=order), slack)
    )
    judged = (
        stays.with_columns(length=length, linked=linked.fill_null(value=False))
        .join(care, on="mdtrt_id", how="inner")
        .filter(pl.col("days") >= p["days_min"])
        .with_columns(
            per_day=pl.col("therapies") / pl.col("days"),
            bundle=(pl.col("therapy_days") / pl.col("days") >= p["bundle_day_share"])
            & (pl.col("therapies") / pl.col("days") >= p["bundle_items_min"]),
            undrugged=pl.col("drugs") == 0,
        )
        .with_columns(signs=pl.sum_horizontal(pl.col("linked"), pl.col("bundle"), pl.col("undrugged")))
        .filter((pl.col("signs") >= 2) & (pl.col("bundle") | pl.col("linked")))
    )
    last = pl.coalesce("last_day", pl.col("begn_date").dt.offset_by("1d"))
    signs = pl.concat_str(
        pl.when("linked").then(filled("与前后次住院首尾相接且每次均约{}天；", "length")).otherwise(pl.lit("")),
        pl.when("bundle")
        .then(filled("{}天中{}天（含{}个周日）每日计收治疗平均{}项；", "days", "therapy_days", "sundays", count(pl.col("per_day"))))
        .otherwise(pl.lit("")),
        pl.when("undrugged").then(pl.lit("全程无抗精神病药、抗抑郁药、心境稳定剂或戒断药物；")).otherwise(pl.lit("")),
    )
    return judged.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        occurred_from="begn_date",
        occurred_to=last,
        strength=pl.when(pl.col("signs") == 3).then(0.9).otherwise(0.65),
        evidence=filled(
            "患者以{}（{}）住院{}：{}基金支付{}元。",
            pl.col("dscg_maindiag_name").fill_null("精神类疾病"),
            pl.col("main_dx").fill_null("在院未编码"),
            span(pl.col("begn_date"), last),
            signs,
            yuan(pl.col("paid_fen")),
        ),
    )


def _same(one: pl.Expr, other: pl.Expr, slack: int) -> pl.Expr:
    return (one - other).abs() <= slack
