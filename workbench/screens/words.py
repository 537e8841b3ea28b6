"""Words for codes on the screens: kinds, rules, counties, law, fee categories."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from models.chinese.load import Explanation, TranslationError, rule_explanations, source_zh
from models.kinds import Kind
from models.law import LawError, provision

KIND_EN = {
    "bed_hanging": "Hanging bed",
    "fake_inpatient": "Fake inpatient",
    "over_treatment": "Over-treatment and over-testing",
    "dialysis_excess": "Excess dialysis",
    "split_stay": "Split stay",
    "split_billing": "Split billing or prescription",
    "duplicate_charge": "Duplicate charge",
    "overpricing": "Charge above ceiling",
    "item_swap": "Item swap",
    "phantom_service": "Phantom service",
    "upcoding": "Up-coding",
    "low_threshold_admission": "Low-threshold admission",
    "trace_code_reuse": "Trace code reused",
    "dead_or_custody_claims": "Claims for dead or in custody",
    "impersonation": "Impersonation",
    "licence_rental": "Licence rental",
    "drug_hoarding": "Drug hoarding and resale",
    "cost_shifting": "Cost shifting",
    "gene_test_abuse": "Gene-test abuse",
    "implant_excess": "Implants beyond the operation",
    "policy_limit": "Beyond payment limits",
    "data_quality": "Data quality",
}

COST_ITEMS = {
    "01": _("床位费"), "02": _("诊察费"), "03": _("检查费"), "04": _("化验费"), "05": _("治疗费"), "06": _("手术费"), "07": _("护理费"),
    "08": _("卫生材料费"), "09": _("西药费"), "10": _("中药饮片费"), "11": _("中成药费"), "12": _("一般诊疗费"), "13": _("挂号费"), "14": _("其他费"),
}  # fmt: skip

#: Columns and measures of the DRG monitor and of effect estimates.
MEASURES = {
    "month": _("月份"),
    "fixmedins_code": _("机构代码"),
    "fixmedins_name": _("机构"),
    "dept": _("科室"),
    "physician": _("医师"),
    "drg_code": _("病组"),
    "drg_name": _("病组名称"),
    "cases": _("病例数"),
    "grouping_rate": _("入组率"),
    "cmi": "CMI",
    "mean_fee": _("例均费用"),
    "mean_los": _("平均住院日"),
    "cost_index": _("费用消耗指数"),
    "time_index": _("时间消耗指数"),
    "payment": _("病组付费额"),
    "cost": _("实际费用"),
    "surplus": _("结余"),
    "surplus_rate": _("结余率"),
    "fund_paid": _("基金支付"),
    "high_outlier_share": _("高倍率占比"),
    "low_outlier_share": _("低倍率占比"),
    "severe_share": _("并发症合并症占比"),
    "grouped_cases": _("入组病例数"),
    "groups": _("病组数"),
    "total_weight": _("总权重"),
    "ungrouped_share": _("未入组率"),
    "severe_expected": _("并发症合并症预期占比"),
    "deaths": _("死亡数"),
    "turned_away": _("推诿迹象人次"),
    "turned_away_rate": _("推诿迹象占比"),
    "turned_away_weight": _("推诿患者平均权重"),
    "selfpay_expected": _("自费预期占比"),
    "around_expected": _("住院前后门诊购药预期占比"),
    "mortality": _("死亡率"),
    "readmission_rate": _("31天再住院率"),
    "transfer_rate": _("转院率"),
    "low_risk_deaths": _("低风险死亡"),
    "low_risk_mortality": _("低风险组死亡率"),
    "selfpay_share": _("自费占比"),
    "around_share": _("住院前后门诊购药占比"),
    "under_service": _("服务不足迹象"),
    "cost_per_case": _("例均费用"),
    "fund_per_case": _("例均基金支付"),
    "los": _("平均住院日"),
    "around_per_case": _("住院前后门诊购药例均"),
    "dialysis_sessions": _("每患者月透析次数"),
}

#: The unit of a share in an effect estimate: a change of it is told in percentage points.
SHARE_UNIT = "占比"
#: Changes whose effect every run estimates, and the units of the measures, as flows.effect and models.effects name them.
CHANGES = {"按病组付费": _("按病组付费"), "血透室人脸识别": _("血透室人脸识别")}
EFFECT_UNITS = {"元/例": _("元/例"), "人次": _("人次"), "天": _("天"), SHARE_UNIT: _("个百分点"), "次/患者月": _("次/患者月")}

#: Why ingest did not take a row (flows.ingest.report.REASONS).
REFUSALS = {
    "ragged": _("列数与表头不符，无法拆分"),
    "encoding": _("文字编码无法识别"),
    "missing_column": _("文件缺少必填列"),
    "missing_required": _("必填项为空"),
    "damaged_id": _("编号被电子表格转成科学计数法，已失真"),
    "bad_date": _("日期时间无法识别"),
    "bad_number": _("数字无法识别"),
    "implausible": _("数值不可能成立"),
    "superseded": _("同一主键已有更新、更完整的记录"),
    "conflict": _("同一主键内容不一致，取对机构有利的一条"),
}

#: Tables of the DRG monitor.
TABLES = {"use": _("效率与权重"), "pay": _("付费与结余"), "care": _("质量与推诿"), "code": _("编码与费用转移")}

#: Levels of the DRG monitor.
LEVELS = {
    "city": _("全市"),
    "hospital": _("医疗机构"),
    "department": _("科室"),
    "physician": _("医师组"),
    "drg": _("病组"),
    "hospital_drg": _("机构病组"),
}

#: The regulation's articles the keys name: 医疗保障基金使用监督管理条例.
REGULATION = "《医疗保障基金使用监督管理条例》"
#: How the first part of a key, or a whole key, is cited in English.
LAW_EN = {
    "reg": "Regulation on the Supervision and Administration of the Use of Medical Security Funds",
    "impl": "Implementing Rules of the Regulation on Medical Security Funds",
    "crim": "Criminal Law",
    "base.rules2025": "National rule and knowledge base for intelligent supervision (2025)",
    "base.problems2025": "National list of typical violations for self-inspection (2025)",
}
#: What a tried threshold changes (flows.cli_rules.try_out).
EFFECTS = {"疑点数": _("疑点数"), "机构数": _("机构数"), "涉及金额（元）": _("涉及金额（元）"), "新增/减少": _("新增/减少")}


def measure_title(name: str) -> str:
    """A measure in words; its own name where no word is known."""
    return str(MEASURES.get(name, name))


def unit_title(unit: str) -> str:
    """The unit of an effect estimate in words; as the run wrote it where no word is known."""
    return str(EFFECT_UNITS.get(unit, unit))


def kind_zh(kind: str) -> str:
    """The bureau's own term for a kind; an unknown kind stays as it is."""
    try:
        return Kind(kind).zh
    except ValueError:
        return kind


@lru_cache(maxsize=1)
def rules_by_id() -> dict[str, Any]:
    """Every registered rule by id; empty when the rules cannot be imported here."""
    from models.rule import all_rules  # noqa: PLC0415  walks every rule file, only when a page needs it

    try:
        return {unit.rule_id: unit for unit in all_rules()}
    except (ImportError, ValueError):
        return {}


def rule_title(rule_id: str, language: str) -> str:
    """A rule's title; the id where the rule is no longer registered."""
    unit = rules_by_id().get(rule_id)
    if unit is None:
        return rule_id
    return str(unit.title_en if language == "en" else unit.title_zh)


def explanation(rule_id: str) -> Explanation | None:
    """The rule in Chinese and how its sums come about; None where nobody has written it yet."""
    return _explanations().get(rule_id)


@lru_cache(maxsize=1)
def _explanations() -> dict[str, Explanation]:
    try:
        return dict(rule_explanations())
    except TranslationError:
        return {}


@lru_cache(maxsize=1)
def _exceptions() -> dict[str, Any]:
    from models.exception import all_exceptions  # noqa: PLC0415  walks every exception file, only when a page needs it

    try:
        return dict(all_exceptions())
    except (ImportError, ValueError):
        return {}


def exception_title(name: str, language: str) -> str:
    """A lawful exception's title; its name where it is not registered."""
    unit = _exceptions().get(name)
    if unit is None:
        return {"late_posting": str(_("补记费用")), "refund": str(_("退费冲正"))}.get(name, name)
    return str(unit.title_en if language == "en" else unit.title_zh)


@lru_cache(maxsize=1)
def _features() -> dict[str, tuple[str, str]]:
    """Feature or column id → Chinese and English title; empty when the features cannot be imported here."""
    try:
        from features.feature import all_features  # noqa: PLC0415  walks every feature file, only when a page needs it

        units = all_features()
    except (ImportError, ValueError):
        return {}
    titles: dict[str, tuple[str, str]] = {}
    for unit in units:
        columns = getattr(unit, "columns", {})
        titles |= {column: (zh, unit.title_en) for column, zh in columns.items()}
        titles |= {f"{unit.feature_id}_{member}": (f"{unit.title_zh}·{zh}", f"{unit.title_en} · {member}") for member, zh in columns.items()}
        titles[unit.feature_id] = (unit.title_zh, unit.title_en)
    return titles


def feature_title(feature: str, language: str) -> str:
    """A feature's title; members of a family (``name:member``) keep their member."""
    name, _colon, member = feature.partition(":")
    found = _features().get(feature) or _features().get(name)
    if found is None:
        return feature
    title = found[1] if language == "en" else found[0]
    return f"{title} · {member}" if member and feature not in _features() else title


@lru_cache(maxsize=1)
def counties() -> dict[str, str]:
    """County code → name from the JSON file named by HUOYAN_COUNTIES, empty without one."""
    path = os.environ.get("HUOYAN_COUNTIES")
    if not path:
        return {}
    content = json.loads(Path(path).read_text(encoding="utf-8"))
    return {str(code): str(name) for code, name in content.items()}


def county_name(code: str | None) -> str:
    """The county's name, its code where no name is known."""
    return counties().get(code or "", code or "—")


@lru_cache(maxsize=512)
def law_text(key: str, language: str = "zh-hans") -> str:
    """How a legal-basis key is cited, from the registry; built from the key where the registry lacks it."""
    parts = key.split(".")
    try:
        known = provision(key)
    except LawError:
        known = None
    if language == "en" and (parts[0] in LAW_EN or key in LAW_EN):
        return _cited_en(key, parts, known is None or known.checked)
    if known is not None:
        return known.cited_zh
    if parts[0] == "reg" and len(parts) > 1 and parts[1].isdigit():
        item = f"第（{_numeral(int(parts[2]))}）项" if len(parts) > 2 and parts[2].isdigit() else ""
        return f"{REGULATION}第{_numeral(int(parts[1]))}条{item}"
    return key


def _cited_en(key: str, parts: list[str], checked: bool) -> str:
    if key in LAW_EN:
        cited = LAW_EN[key]
    else:
        item = "" if len(parts) < 3 else ", last paragraph" if parts[2] == "last" else f" ({parts[2]})"
        cited = f"{LAW_EN[parts[0]]}, Art. {parts[1]}{item}"
    return cited if checked else f"{cited} (text to be checked)"


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def warm() -> None:
    """Reads rules, exceptions, features, law and parameters once at the start, so that nobody waits for it on the first page."""
    from workbench.results.parameters import defaults  # noqa: PLC0415  needs the apps loaded

    rules_by_id()
    _exceptions()
    _explanations()
    _features()
    law_text("reg.15")
    defaults()
    source_zh("")
