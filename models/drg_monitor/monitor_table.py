"""The monitoring table: one row a unit and month (and one for the whole period), the measures a bureau circulates."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from models.drg_monitor.expected import with_expectations
from models.drg_monitor.funnel import WATCHED, exact_z, with_limits

#: level → the columns that name a unit of it
LEVELS: Final[dict[str, list[str]]] = {
    "city": [],
    "hospital": ["fixmedins_code"],
    "department": ["fixmedins_code", "dept"],
    "physician": ["fixmedins_code", "physician"],
    "drg": ["drg_code"],
    "hospital_drg": ["fixmedins_code", "drg_code"],
}
WHOLE_PERIOD: Final = "all"

#: Columns of drg_monitor.csv, in order: name → (type, Chinese header, meaning).
COLUMNS: Final[dict[str, tuple[pl.DataType, str, str]]] = {
    "level": (pl.String(), "统计层级", "city, hospital, department, physician, drg, hospital_drg"),
    "month": (pl.String(), "月份", "month of discharge yyyy-MM; all = the whole period"),
    "fixmedins_code": (pl.String(), "机构编号", "institution, empty at city and drg level"),
    "fixmedins_name": (pl.String(), "机构名称", "institution's name"),
    "dept": (pl.String(), "出院科室", "department of discharge"),
    "physician": (pl.String(), "主诊医师", "responsible physician"),
    "drg_code": (pl.String(), "病组编码", "group, at drg levels"),
    "drg_name": (pl.String(), "病组名称", "the group's name"),
    "cases": (pl.Int64(), "病例数", "discharges with a settlement list or a billed group"),
    "grouped_cases": (pl.Int64(), "入组病例数", "of them with a group"),
    "grouping_rate": (pl.Float64(), "入组率", "grouped ÷ cases"),
    "ungrouped_share": (pl.Float64(), "未入组率", "1 − grouping rate"),
    "ungrouped_share_z": (pl.Float64(), "未入组率偏离", "standard errors"),
    "groups": (pl.Int64(), "病组数", "distinct groups"),
    "total_weight": (pl.Float64(), "总权重", "sum of weights"),
    "cmi": (pl.Float64(), "CMI", "case-mix index: mean weight of grouped cases"),
    "mean_fee": (pl.Float64(), "例均费用", "yuan a case"),
    "mean_los": (pl.Float64(), "平均住院日", "days"),
    "cost_index": (pl.Float64(), "费用消耗指数", "fees ÷ the city's fees for the same groups; 1 = as the city"),
    "cost_index_z": (pl.Float64(), "费用消耗指数偏离", "standard errors from expectation, volume and spread allowed for"),
    "time_index": (pl.Float64(), "时间消耗指数", "days ÷ the city's days for the same groups"),
    "time_index_z": (pl.Float64(), "时间消耗指数偏离", "as above"),
    "payment": (pl.Float64(), "病组付费额", "sum of payment standards, yuan"),
    "cost": (pl.Float64(), "实际费用", "fees of the cases that have a standard, yuan"),
    "surplus": (pl.Float64(), "结余", "payment − cost, yuan; negative = loss"),
    "surplus_rate": (pl.Float64(), "结余率", "surplus ÷ payment"),
    "fund_paid": (pl.Float64(), "基金支付", "what the fund paid for the cases, yuan"),
    "high_outlier_share": (pl.Float64(), "高倍率占比", "cases far above the standard"),
    "high_outlier_share_z": (pl.Float64(), "高倍率占比偏离", "standard errors"),
    "low_outlier_share": (pl.Float64(), "低倍率占比", "cases far below the standard"),
    "low_outlier_share_z": (pl.Float64(), "低倍率占比偏离", "standard errors"),
    "severe_share": (pl.Float64(), "并发症合并症占比", "cases in groups with CC or MCC"),
    "severe_expected": (pl.Float64(), "并发症合并症预期占比", "as the city's cases of the same ADRGs"),
    "severe_share_z": (pl.Float64(), "并发症合并症占比偏离", "standard errors"),
    "deaths": (pl.Int64(), "死亡数", "deaths in hospital; empty where the way of discharge is not delivered"),
    "mortality": (pl.Float64(), "住院死亡率", "deaths ÷ cases"),
    "mortality_z": (pl.Float64(), "死亡率偏离", "standard errors"),
    "low_risk_deaths": (pl.Int64(), "低风险组死亡数", "deaths in groups of lowest mortality"),
    "low_risk_mortality": (pl.Float64(), "低风险组死亡率", "of low-risk cases"),
    "readmission_rate": (pl.Float64(), "31天再入院率", "unplanned return to any hospital"),
    "readmission_rate_z": (pl.Float64(), "31天再入院率偏离", "standard errors"),
    "transfer_rate": (pl.Float64(), "转院率", "discharged to another hospital, or admitted to another one within a day"),
    "transfer_rate_z": (pl.Float64(), "转院率偏离", "standard errors"),
    "turned_away": (
        pl.Int64(),
        "推诿迹象人次",
        "patients seen here and admitted elsewhere for the same disease within two days (hospital level)",
    ),
    "turned_away_rate": (pl.Float64(), "推诿迹象占比", "turned away ÷ (cases + turned away)"),
    "turned_away_rate_z": (pl.Float64(), "推诿迹象占比偏离", "standard errors from the rate of all hospitals"),
    "turned_away_weight": (pl.Float64(), "推诿迹象患者平均权重", "mean weight of those patients, to be held against the CMI"),
    "selfpay_share": (pl.Float64(), "自费占比", "fees wholly borne by the patient ÷ fees"),
    "selfpay_expected": (pl.Float64(), "自费预期占比", "as the city's cases of the same groups"),
    "selfpay_share_z": (pl.Float64(), "自费占比偏离", "standard errors"),
    "around_share": (pl.Float64(), "住院前后门诊购药占比", "outpatient and pharmacy fees around the stay ÷ fees"),
    "around_expected": (pl.Float64(), "住院前后门诊购药预期占比", "as the city's cases of the same groups"),
    "around_share_z": (pl.Float64(), "住院前后门诊购药占比偏离", "standard errors"),
    "under_service": (pl.Boolean(), "服务不足迹象", "cost index below its limit while readmissions are above expectation"),
}

#: What the columns mean, for the workbook's notes.
MEANING_ZH: Final[dict[str, str]] = {
    "level": "全市、医疗机构、科室、医师组、病组、机构病组",
    "month": "出院月份；全期为数据所含全部月份",
    "fixmedins_code": "定点医药机构编号",
    "fixmedins_name": "定点医药机构名称",
    "dept": "出院科室；医师组为其所在科室之一",
    "physician": "主诊医师",
    "drg_code": "经办机构结算所用病组；未结算的为本系统分组结果",
    "drg_name": "病组名称",
    "cases": "有结算清单或病组结算结果的出院病例数",
    "grouped_cases": "其中已入组的病例数",
    "grouping_rate": "入组病例数÷病例数",
    "ungrouped_share": "1−入组率",
    "ungrouped_share_z": "与全市未入组率相比的标准误个数",
    "groups": "涉及的病组数",
    "total_weight": "权重之和",
    "cmi": "病例组合指数：入组病例的平均权重",
    "mean_fee": "每例总费用（元）",
    "mean_los": "每例住院天数",
    "cost_index": "实际费用÷全市同病组平均费用；1为全市水平",
    "cost_index_z": "与预期相差的标准误个数，已考虑病例数和机构间差异",
    "time_index": "实际住院日÷全市同病组平均住院日；1为全市水平",
    "time_index_z": "与预期相差的标准误个数，已考虑病例数和机构间差异",
    "payment": "病组付费标准之和（元）",
    "cost": "有付费标准病例的总费用（元）",
    "surplus": "病组付费额−实际费用（元）；负数为亏损",
    "surplus_rate": "结余÷病组付费额",
    "fund_paid": "基金实际支付（元）",
    "high_outlier_share": "费用远高于付费标准的病例占比",
    "high_outlier_share_z": "与全市同病组相比的标准误个数",
    "low_outlier_share": "费用远低于付费标准的病例占比",
    "low_outlier_share_z": "与全市同病组相比的标准误个数",
    "severe_share": "伴严重并发症或并发症合并症病组的病例占比；编码体系无此区分的为空",
    "severe_expected": "全市同核心病组（ADRG）的占比",
    "severe_share_z": "与预期相差的标准误个数",
    "deaths": "住院死亡病例数；未提供离院方式的为空",
    "mortality": "住院死亡数÷病例数",
    "mortality_z": "与全市同病组相比的标准误个数",
    "low_risk_deaths": "死亡率最低的一组病组中的死亡数，应逐例核查",
    "low_risk_mortality": "低风险组死亡数÷低风险组病例数",
    "readmission_rate": "出院后31天内非计划再入任一医院的占比",
    "readmission_rate_z": "与全市同病组相比的标准误个数",
    "transfer_rate": "转院，或一日内入住他院的病例占比",
    "transfer_rate_z": "与全市同病组相比的标准误个数",
    "turned_away": "在本院门急诊就诊、两日内因同一疾病在他院住院的人次",
    "turned_away_rate": "推诿迹象人次÷（病例数＋推诿迹象人次）",
    "turned_away_rate_z": "与全部机构相比的标准误个数",
    "turned_away_weight": "上述患者在他院的平均权重，可与本院CMI比较",
    "selfpay_share": "全自费费用÷总费用",
    "selfpay_expected": "全市同病组的占比",
    "selfpay_share_z": "与预期相差的标准误个数",
    "around_share": "住院前后及期间门诊、购药费用÷住院费用",
    "around_expected": "全市同病组的占比",
    "around_share_z": "与预期相差的标准误个数",
    "under_service": "费用消耗指数低于界限而再入院率高于预期",
}
#: Measures that a single group cannot show: it is severe or not, grouped or not, by its definition.
_NOT_OF_A_GROUP: Final = ("severe_share", "ungrouped_share")


def drg_monitor(cases: pl.DataFrame, p: Params, institutions: pl.DataFrame | None = None) -> pl.DataFrame:
    """The monitoring table from the discharges of the whole city (features.drg.cases). Columns of ``COLUMNS``.

    ``institutions``: fixmedins_code, fixmedins_name. An empty input gives an empty table of the right shape.
    """
    if cases.is_empty():
        return pl.DataFrame(schema={name: dtype for name, (dtype, _, _) in COLUMNS.items()})
    frame = with_expectations(cases, p).with_columns(high=pl.col("outlier") == "high", low=pl.col("outlier") == "low")
    parts = []
    for level, keys in LEVELS.items():
        for monthly in (False, True):
            if monthly and level == "hospital_drg":
                continue
            parts.append(_summary(frame, level, keys, monthly=monthly, p=p))
    table = pl.concat(parts, how="diagonal_relaxed")
    names = frame.filter(pl.col("drg_name").is_not_null()).group_by("drg_code").agg(pl.col("drg_name").sort().first())
    table = table.join(names, on="drg_code", how="left")
    if institutions is not None:
        table = table.join(institutions.select("fixmedins_code", "fixmedins_name").unique("fixmedins_code"), on="fixmedins_code", how="left")
    missing = [pl.lit(None, dtype).alias(name) for name, (dtype, _, _) in COLUMNS.items() if name not in table.columns]
    order = {level: place for place, level in enumerate(LEVELS)}
    return (
        table.with_columns(missing)
        .select(pl.col(name).cast(dtype) for name, (dtype, _, _) in COLUMNS.items())
        .with_columns(_order=pl.col("level").replace_strict(order, return_dtype=pl.Int64), _whole=pl.col("month") != WHOLE_PERIOD)
        .sort("_order", "_whole", "month", "fixmedins_code", "dept", "physician", "drg_code", nulls_last=True)
        .drop("_order", "_whole")
    )


def _summary(frame: pl.DataFrame, level: str, keys: list[str], *, monthly: bool, p: Params) -> pl.DataFrame:
    by = [*keys, "month"] if monthly else keys
    # a unit without a name (ungrouped, department or physician not stated) is no unit of its level
    source = frame.filter(pl.col(key).is_not_null() for key in keys) if keys else frame
    sums = sorted({name for watched in WATCHED.values() for name in (watched.observed, watched.expected, watched.variance) if name})
    grouped = pl.col("drg_code").is_not_null()
    paid = pl.col("standard_fen") > 0
    aggregates = [
        pl.len().alias("cases"),
        grouped.sum().alias("grouped_cases"),
        pl.col("drg_code").n_unique().alias("groups") if "drg_code" not in keys else pl.lit(1, pl.Int64).first().alias("groups"),
        pl.col("weight").sum().alias("total_weight"),
        (pl.col("weight").filter(grouped).mean()).alias("cmi"),
        (pl.col("fee_fen").mean() / 100).alias("mean_fee"),
        pl.col("los").mean().alias("mean_los"),
        (pl.col("standard_fen").filter(paid).sum() / 100).alias("payment"),
        (pl.col("fee_fen").filter(paid).sum() / 100).alias("cost"),
        (pl.coalesce("drg_fund_fen", "fund_fen").sum() / 100).alias("fund_paid"),
        pl.when(pl.col("died").is_not_null().any()).then(pl.col("died").sum()).alias("deaths"),
        pl.col("severe").is_not_null().any().alias("severity_known"),
        (pl.col("died") & pl.col("low_risk")).sum().alias("low_risk_deaths"),
        pl.col("low_risk").sum().alias("low_risk_cases"),
        (pl.col("selfpay_fen").sum() / pl.col("fee_fen").sum()).alias("selfpay_share"),
        ((pl.col("e_selfpay") * pl.col("fee_fen")).sum() / pl.col("fee_fen").sum()).alias("selfpay_expected"),
        (pl.col("around_fen").sum() / pl.col("fee_fen").sum()).alias("around_share"),
        (pl.col("e_around").sum() / pl.col("fee_fen").sum()).alias("around_expected"),
        *[pl.col(name).cast(pl.Float64).sum().alias(f"s_{name}") for name in sums],
    ]
    if level == "physician":
        aggregates.append(pl.col("dept").drop_nulls().sort().first())
    summary = source.group_by(by).agg(aggregates) if by else source.select(aggregates)
    summary = summary.with_columns(
        level=pl.lit(level), month=pl.col("month").dt.strftime("%Y-%m") if monthly else pl.lit(WHOLE_PERIOD), _all=pl.lit(1)
    )
    n = pl.col("cases")
    summary = with_limits(summary, ["month"] if monthly else ["_all"]).with_columns(
        grouping_rate=pl.col("grouped_cases") / n,
        cost_index=pl.col("s_fee_fen") / pl.col("s_e_fee"),
        time_index=pl.col("s_los") / pl.col("s_e_los"),
        surplus=pl.col("payment") - pl.col("cost"),
        high_outlier_share=pl.col("s_high") / n,
        low_outlier_share=pl.col("s_low") / n,
        severe_share=pl.when("severity_known").then(pl.col("s_severe") / n),
        severe_expected=pl.when("severity_known").then(pl.col("s_e_severe") / n),
        ungrouped_share=pl.col("s_ungrouped") / n,
        mortality=pl.col("deaths") / n,
        readmission_rate=pl.col("s_readmitted") / n,
        transfer_rate=pl.col("s_transferred") / n,
        low_risk_mortality=pl.when(pl.col("low_risk_cases") > 0).then(pl.col("low_risk_deaths") / pl.col("low_risk_cases")),
    )
    if "drg_code" in keys:
        summary = summary.with_columns(pl.lit(None, pl.Float64).alias(f"{name}_z") for name in _NOT_OF_A_GROUP)
    if level == "hospital":
        summary = summary.join(_turned_away(frame, summary, monthly=monthly), on=by, how="left", nulls_equal=True)
    return summary.with_columns(
        surplus_rate=pl.when(pl.col("payment") > 0).then(pl.col("surplus") / pl.col("payment")),
        under_service=(n >= p["alert_cases_min"]) & (pl.col("cost_index_z") <= -p["warn_sigma"]) & (pl.col("readmission_rate_z") >= p["warn_sigma"]),
    )


def _turned_away(frame: pl.DataFrame, summary: pl.DataFrame, *, monthly: bool) -> pl.DataFrame:
    """fixmedins_code (month), turned_away, turned_away_rate, _z, _weight of the hospitals of ``summary``."""
    by = ["fixmedins_code", "month"] if monthly else ["fixmedins_code"]
    sent = (
        frame.filter(pl.col("turned_away_by").is_not_null())
        .with_columns(fixmedins_code="turned_away_by", month=pl.col("month").dt.strftime("%Y-%m"))
        .group_by(by)
        .agg(turned_away=pl.len().cast(pl.Int64), turned_away_weight=pl.col("weight").mean())
    )
    table = summary.select(*by, "cases").join(sent, on=by, how="left").with_columns(pl.col("turned_away").fill_null(0))
    asked = pl.col("cases") + pl.col("turned_away")
    table = table.with_columns(asked=asked, turned_away_rate=pl.col("turned_away") / asked)
    expected = table["asked"] * (table["turned_away"].sum() / max(int(table["asked"].sum()), 1))
    return table.with_columns(turned_away_rate_z=exact_z(table["turned_away"], table["asked"], expected).round(3)).drop("asked", "cases")
