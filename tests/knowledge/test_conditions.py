"""Knowledge points are read into conditions, or it is said why not; nothing is guessed."""

from __future__ import annotations

import pytest

from models.knowledge.build import keyword_table
from models.knowledge.conditions import child, course, indication, setting, sex, tier


@pytest.mark.parametrize(
    ("text", "days", "interval"),
    [
        ("限急性缺血性脑血管疾病，支付不超过14天。", 14, None),
        ("住院方可支付，单次最多支付14天。", 14, None),
        ("总时间不超过90天，评定间隔时间不短于14天。", 90, 14),
        ("限以下情况方可支付，且支付不超过12个月", 372, None),
        ("支付不超过一年，每周最多支付一次。", 365, 7),
        ("诊疗规范：糖化血红蛋白水平反映近2-3个月的平均血糖水平。", None, 60),
    ],
)
def test_courses_and_intervals_are_read_from_figures(text, days, interval):
    found = course(text)
    assert (found.days_max, found.interval_days) == (days, interval)


def test_a_course_without_figures_gives_no_condition():
    assert course("按疗程支付").why_not is not None


@pytest.mark.parametrize(("text", "level"), [("限二级及以上医疗机构。", "2"), ("限三级及以上医疗机构使用", "3")])
def test_the_level_is_read_only_when_the_text_opens_with_it(text, level):
    assert tier(text).tier_min == level


def test_a_level_that_binds_the_first_prescription_only_cannot_be_judged_from_claims():
    text = "限控制效果不佳的BMI≥25的患者，首次处方时需由二级及以上医疗机构专科医师开具处方。"
    assert tier(text).tier_min is None
    assert tier(text).why_not


def test_settings():
    assert setting("限急诊或住院患者。").settings == ["inpatient", "emergency"]
    assert setting("不能经饮食补充足够营养的住院患者方予支付。").settings == ["inpatient"]


@pytest.mark.parametrize(
    ("text", "age"),
    [("限儿童。", 18), ("限6-17岁儿童和青少年", 17), ("限3岁及以上儿童的生长激素缺乏症", 18), ("限：1.1岁至14岁儿童哮喘；2.2岁至14岁儿童鼻炎", 14)],
)
def test_the_highest_age_of_a_childrens_drug(text, age):
    assert child(text, "某药", 1, 18).age_max == age


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [("用于细菌性阴道病", "某凝胶", "2"), ("用于良性前列腺增生症", "某片", "1"), ("固肾涩精，用于遗精滑泄", "某丸", "1"), ("月经量少", "某丸", "2")],
)
def test_sex_is_read_from_the_organ(text, name, code):
    assert sex(text, name).sex == code


@pytest.mark.parametrize("text", ["用于男子更年期障碍及女性月经不调", "清热解毒", "本品适用于晚期乳腺癌。"])
def test_a_text_on_both_sexes_or_on_none_is_not_executable(text):
    assert sex(text, "某药").sex is None


def test_every_disease_of_an_indication_must_be_known():
    words = keyword_table()
    assert "N40" in indication("限前列腺增生。", words).icd
    assert {"E11", "I50"} <= set(indication("限：1.2型糖尿病；2.慢性心力衰竭。", words).icd)
    assert indication("限2型糖尿病或某某罕见综合征。", words).why_not


@pytest.mark.parametrize("text", ["限抢救、重症患者", "需经营养风险筛查，明确具有营养风险"])
def test_states_that_no_claim_records_are_never_held_against_a_claim(text):
    assert indication(text, keyword_table()).icd == []
