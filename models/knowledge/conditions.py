"""Reading a knowledge point's Chinese text into a condition that a machine can check, or saying why it cannot.

Nothing is guessed: a text that names a disease the keyword table does not know, or a state no claim records (severity, laboratory
values, earlier failure of treatment as the only condition), gives no condition and a reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_DAYS = re.compile(r"不超过(\d+)天|最多支付(\d+)天|总时间不超过(\d+)天")
_MONTHS = re.compile(r"不超过(\d+)个月|支付不超过(一)年")
_INTERVAL = re.compile(r"间隔时间不短于(\d+)天")
_TIER = re.compile(r"^限(二|三)级及以上医疗机构")
_AGE_SPAN = re.compile(r"(\d+)\s*(?:岁)?\s*(?:-|至|~|—)\s*(\d+)\s*岁")
_AGE_FROM = re.compile(r"(\d+)\s*岁及(?:\d+岁)?以上")
#: States that fee data do not record; a limit that can be met by one of them alone cannot be held against a claim.
_UNRECORDED = ("抢救", "重症", "危重", "营养风险", "事前审查", "重度感染", "特殊人群", "需要", "其他治疗", "无法进食")
_DISEASE_WORD = re.compile(
    r"[一-龥A-Za-z]*(?:病|症|炎|癌|瘤|综合征|综合症|感染|出血|衰竭|障碍|中毒|损伤|贫血|休克|梗死|梗塞|梗阻|水肿|溃疡|痛|移植|狭窄|骨折|结石|早搏|缺乏|肿大|硬化|麻痹|耳聋|眩晕|昏迷|肥胖|不孕|流产|早产|妊娠|分娩|烧伤|哮喘|咳嗽|发热|高热|便秘|腹泻|中风|痴呆|癫痫|痉挛|增生|坏死|栓塞|血栓|失调|减少|紊乱|不全|失眠|抑郁|躁狂|焦虑|积液|瘫|疹|癣|疮|疣|痛风|白内障|黄斑变性|青光眼)"
)
_CLAUSE = re.compile(r"[；;。\n]|(?<![0-9A-Za-z.])\d+[.、．](?!\d)")


@dataclass(slots=True)
class Condition:
    """What a point demands; every field is optional, ``why_not`` tells why there is nothing to check."""

    sex: str | None = None
    age_min: int | None = None
    age_max: int | None = None
    tier_min: str | None = None
    settings: list[str] = field(default_factory=list)
    days_max: int | None = None
    interval_days: int | None = None
    count_max: int | None = None
    unit: str | None = None
    insurance: str | None = None
    icd: list[str] = field(default_factory=list)
    why_not: str | None = None


def course(text: str) -> Condition:
    """The longest paid course in days and the shortest interval, as the text gives them in figures."""
    found = Condition()
    days = _DAYS.search(text)
    months = _MONTHS.search(text)
    if days:
        found.days_max = int(next(group for group in days.groups() if group))
    elif months:
        found.days_max = 365 if months.group(2) else int(months.group(1)) * 31
    interval = _INTERVAL.search(text)
    if interval:
        found.interval_days = int(interval.group(1))
    if "每周最多支付一次" in text:
        found.interval_days = 7
    if "2-3周" in text:
        found.interval_days = 14
    if "2-3个月" in text:
        found.interval_days = 60
    if found.days_max is None and found.interval_days is None:
        found.why_not = "文本未给出天数"
    return found


def tier(text: str) -> Condition:
    """The lowest level of institution, when the text opens with it; a first-prescription clause binds no later fill and is left out."""
    match = _TIER.match(text.strip())
    if match is None:
        return Condition(why_not="医院级别只限首次处方或医师资格,结算数据不能判断")
    return Condition(tier_min="2" if match.group(1) == "二" else "3")


def setting(text: str) -> Condition:
    """Care settings in which the drug is paid: inpatient only, or emergency and inpatient."""
    if "急诊或住院" in text or "住院和急诊" in text or "急诊、住院" in text:
        return Condition(settings=["inpatient", "emergency"])
    if "住院" in text:
        return Condition(settings=["inpatient"])
    return Condition(why_not="文本未写明就医方式")


def child(text: str, name: str, newborn_max: int, child_max: int) -> Condition:
    """The highest age, from figures in the text when it gives them, else the general one for newborn or child."""
    if "成人" in text.replace("成人用量", "") and "儿童" in text and "限儿童" not in text:
        return Condition(why_not="适应人群含成人")
    spans = _AGE_SPAN.findall(text)
    highest = [int(high) for _, high in spans]
    if _AGE_FROM.search(text) and not spans:
        return Condition(age_max=child_max)
    if highest:
        return Condition(age_max=max([*highest, child_max if "儿童" in text and not spans else 0]))
    newborn = any(word in name for word in ("新生儿", "早产儿")) or "新生儿专用" in text
    return Condition(age_max=newborn_max if newborn else child_max)


_FEMALE = (
    "女",
    "子宫",
    "宫颈",
    "阴道",
    "月经",
    "经水",
    "经期",
    "痛经",
    "白带",
    "带下",
    "产后",
    "妊娠",
    "孕",
    "避孕",
    "卵巢",
    "乳汁",
    "通乳",
    "缺乳",
    "外阴",
    "绝经",
    "更年期",
    "胎",
    "分娩",
    "产科",
    "妇",
    "宫寒",
    "不孕",
    "调经",
    "盆腔炎",
    "恶露",
    "早产",
    "流产",
    "引产",
)
_MALE = (
    "男",
    "前列腺",
    "遗精",
    "滑精",
    "早泄",
    "阳痿",
    "勃起",
    "精子",
    "睾丸",
    "睾酮",
    "雄激素",
    "精液",
    "精索",
    "附睾",
    "阴茎",
    "遗泄",
    "阳萎",
    "梦遗",
)


def sex(text: str, name: str) -> Condition:
    """The only sex a drug or service is for; a text that speaks of both is not executable."""
    both = text + name
    if "乳腺癌" in text and not any(word in both for word in ("绝经", "女")):
        return Condition(why_not="乳腺癌亦见于男性")
    female = any(word in both for word in _FEMALE)
    male = any(word in both.replace("男性乳腺", "") for word in _MALE)
    if female and male:
        return Condition(why_not="文本兼及男女")
    if not female and not male:
        return Condition(why_not="文本未写明性别")
    return Condition(sex="2" if female else "1")


def indication(text: str, keywords: Mapping[str, list[str]]) -> Condition:
    """ICD-10 prefixes of every disease the text allows, only when each disease word in it is known and no clause rests on an unrecorded state."""
    for word in _UNRECORDED:
        if word in text:
            return Condition(why_not=f"限定含结算数据不记录的状态({word})")
    prefixes: set[str] = set()
    ordered = sorted(keywords, key=len, reverse=True)
    for clause in _CLAUSE.split(re.sub(r"[(（][^()（）]*[)）]", "", text)):
        rest, here = clause, set()
        for word in ordered:
            if word in rest:
                here.update(keywords[word])
                rest = rest.replace(word, "、")
        unknown = [piece for piece in _DISEASE_WORD.findall(rest) if len(piece) > 1 and not _harmless(piece)]
        if unknown:
            return Condition(why_not=f"疾病名称未能对应编码({unknown[0][-12:]})")
        if len(re.sub("[限：: ，,]", "", clause)) > 3 and not here and not prefixes:
            return Condition(why_not="子句未写明疾病")
        prefixes |= here
    if not prefixes:
        return Condition(why_not="文本未写明疾病")
    return Condition(icd=sorted(prefixes))


def _harmless(piece: str) -> bool:
    return piece in {"疾病", "患病", "病", "症", "转移性疾病", "并发症", "重大疾病"} or piece.endswith(
        ("转移性疾病", "全身性疾病", "并发症", "治疗失败", "性疾病")
    )
