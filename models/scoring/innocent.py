"""What would have to be true for a suspect to be innocent: per kind, the lawful explanations already ruled out and those that remain to be shown."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.exception import all_exceptions
from models.kinds import Kind
from models.scoring.reasons import short_title

#: One row an institution and kind; order 1 is the strongest kind.
INNOCENT_COLUMNS: Final = ("fixmedins_code", "order", "kind", "sentence")

#: What an honest institution would have to show, by kind. The inspector asks for exactly this.
REMAINING: Final[dict[Kind, str]] = {
    Kind.BED_HANGING: "患者在院有查房、护理、体征记录和监控佐证，空白日确系病情无需处置",
    Kind.FAKE_INPATIENT: "患者本人确认住过院，入院记录、检验标本和影像与本人相符",
    Kind.OVER_TREATMENT: "病历载明逐项指征，同行评议认可其必要",
    Kind.DIALYSIS_EXCESS: "每次透析有机器运行记录、患者签名和加做指征",
    Kind.SPLIT_STAY: "两次住院病因不同或首次出院时确已达出院标准，再入院有新发病情记录",
    Kind.SPLIT_BILLING: "分次结算均有独立的就诊过程、处方和医师记录",
    Kind.DUPLICATE_CHARGE: "执行单证明项目确实做了相应次数，或费用已在本期外退还",
    Kind.OVERPRICING: "当地价格文件准许该价格，或限价数据登记有误",
    Kind.ITEM_SWAP: "进销存票据证明所售即所结，编码对照差错已报备",
    Kind.PHANTOM_SERVICE: "有原始执行记录、设备日志、耗材出库与之对应",
    Kind.UPCODING: "病案首页诊断和操作有检查结果、用药和手术记录支持",
    Kind.LOW_THRESHOLD_ADMISSION: "入院时病情记录达到住院指征，门诊不能处置",
    Kind.TRACE_CODE_REUSE: "药品确为拆零或退货再售且有台账，或追溯码采集设备重复上传",
    Kind.DEAD_OR_CUSTODY_CLAIMS: "死亡或羁押登记有误，或费用发生在登记日期之前",
    Kind.IMPERSONATION: "能证明就诊者即参保人本人，登记的性别、年龄或影像有误",
    Kind.LICENCE_RENTAL: "医师或药师当日确在岗，有排班、考勤和多点执业备案",
    Kind.DRUG_HOARDING: "用药量有病情和长期处方支持，药品为本人使用",
    Kind.COST_SHIFTING: "自费或院外项目经患者知情同意，且与本次住院诊疗无关",
    Kind.GENE_TEST_ABUSE: "检测与病情直接相关，结果用于治疗决策并有资质实验室报告",
    Kind.IMPLANT_EXCESS: "植入物条码已粘贴在手术记录上，进货票据的数量相符",
    Kind.POLICY_LIMIT: "病历能证明符合支付限定条件，只是结算数据未体现",
    Kind.DATA_QUALITY: "属上传或接口差错，原始病历完整一致",
}


def innocent(ranked: pl.DataFrame, findings: pl.DataFrame, p: Params) -> pl.DataFrame:
    """``INNOCENT_COLUMNS`` for every institution with findings: for its strongest ``innocent_kinds_max`` kinds one sentence each.

    Args:
        ranked: one row an institution with ``kinds`` (strongest first) and ``kind_llrs``.
        findings: all findings that stand (``fixmedins_code kind rule_id ruled_out``).
        p: parameters of unit ``scoring``.
    """
    kinds = (
        ranked.select("fixmedins_code", "kinds", "kind_llrs")
        .drop_nulls("kinds")
        .explode("kinds", "kind_llrs")
        .rename({"kinds": "kind"})
        .filter(pl.col("kind_llrs") >= p["reason_llr_min"])
        .with_columns(order=pl.int_range(1, pl.len() + 1).over("fixmedins_code"))
        .filter(pl.col("order") <= p["innocent_kinds_max"])
    )
    names = {unit.name: unit.title_zh for unit in all_exceptions().values()}
    told = findings.group_by("fixmedins_code", "kind").agg(
        pl.col("ruled_out").list.explode(keep_nulls=False, empty_as_null=False).replace(names).unique().sort().alias("ruled"),
        short_title(pl.col("rule_id")).unique().sort().alias("rules"),
    )
    remaining = pl.col("kind").replace_strict({kind.value: text for kind, text in REMAINING.items()}, default="有原始凭证逐笔说明")
    zh = pl.col("kind").replace_strict({kind.value: kind.zh for kind in Kind}, default=pl.col("kind"))
    ruled = pl.when(pl.col("ruled").list.len() > 0).then(filled("系统已核对并排除：{}。", pl.col("ruled").list.join("、"))).otherwise(pl.lit(""))
    titles = pl.col("rules").list.set_difference(pl.lit([""])).list.join("、")
    rules = pl.when(titles == "").then(pl.lit("")).otherwise(filled("（{}）", titles))
    sentence = filled("【{}】{}若机构清白，应能证实：{}。{}", zh, rules, remaining, ruled)
    return (
        kinds.join(told, on=["fixmedins_code", "kind"], how="left")
        .with_columns(pl.col("ruled", "rules").fill_null(pl.lit([], pl.List(pl.String))))
        .with_columns(sentence=sentence)
        .select(INNOCENT_COLUMNS)
        .sort("fixmedins_code", "order")
    )
