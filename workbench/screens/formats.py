"""How figures, identifiers and codes are written on the screens. Plain functions: the templates' filters and the code share them."""

from __future__ import annotations

import math
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from workbench.screens.words import COST_ITEMS, KIND_EN, county_name, kind_zh, rule_title


def yuan(fen: int | float | None) -> str:
    """Fen as yuan with two decimals and thousands separators."""
    return f"{fen / 100:,.2f}" if isinstance(fen, int | float) else "—"


def yuan_of(value: int | float | None) -> str:
    """An amount that is already in yuan, with thousands separators."""
    return f"{value:,.2f}" if isinstance(value, int | float) else "—"


def short_yuan(fen: int | float | None) -> str:
    """Fen in the unit a reader takes in at a glance: 万元/亿元 in Chinese, k/M in English."""
    if not isinstance(fen, int | float):
        return "—"
    value = fen / 100
    if get_language() == "en":
        for size, unit in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
            if abs(value) >= size:
                return f"¥{value / size:,.2f}{unit}"
        return f"¥{value:,.0f}"
    for size, unit in ((1e8, "亿元"), (1e4, "万元")):
        if abs(value) >= size:
            return f"{value / size:,.2f}{unit}"
    return f"{value:,.0f}元"


def percent(share: float | None, digits: int = 1) -> str:
    """A share 0–1 as per cent."""
    return f"{share * 100:.{digits}f}%" if isinstance(share, int | float) and math.isfinite(share) else "—"


def number(value: Any) -> str:
    """A figure without needless decimals."""
    if value is None or value == "":
        return "—"
    if not isinstance(value, int | float):
        return str(value)
    if not math.isfinite(value):
        return "—"
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 0.1 else f"{value:.3g}"


def masked(text: str | None) -> str:
    """An identifier with its middle hidden: the first two and last four stay."""
    if not text:
        return "—"
    return f"{text[:2]}****{text[-4:]}" if len(text) > 8 else "****"


def kind_name(kind: str) -> str:
    """A kind of violation in the user's language."""
    return KIND_EN.get(kind, kind) if get_language() == "en" else kind_zh(kind)


def certainty_name(certainty: str) -> str:
    """Whether a finding is certain, in words."""
    return {"definite": _("明确违规"), "suspected": _("可疑")}.get(certainty, certainty)


def rule_name(rule_id: str) -> str:
    """A rule's title in the user's language."""
    return rule_title(rule_id, get_language() or "")


def cost_item(code: str) -> str:
    """The name of a med_chrgitm_type."""
    return str(COST_ITEMS.get(code, code or _("未注明")))


def county(code: str | None) -> str:
    """A county's name where the bureau gave one, else its code."""
    return county_name(code)


_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def capital_yuan(fen: int) -> str:
    """Fen as documents write sums in words: 人民币壹万零贰拾元伍角整."""
    if fen < 0:
        return "负" + capital_yuan(-fen)
    whole, jiao, cents = fen // 100, fen // 10 % 10, fen % 10
    text = (_capital(whole) + "元") if whole or not fen else ""
    if not jiao and not cents:
        return f"人民币{text}整"
    text += f"{_DIGITS[jiao]}角" if jiao else ("零" if whole else "")
    return f"人民币{text}{_DIGITS[cents]}分" if cents else f"人民币{text}整"


def _capital(number: int) -> str:
    if number == 0:
        return _DIGITS[0]
    text, gap = "", False
    for size, unit in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part = number // size % (10**4) if size < 10**8 else number // size
        if not part:
            gap = bool(text)
            continue
        inner = _capital(part) if part >= 10**4 else _below_ten_thousand(part)
        text += (_DIGITS[0] if text and (gap or part < 1000) else "") + inner + unit
        gap = False
    return text


def _below_ten_thousand(number: int) -> str:
    text, gap = "", False
    for size, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = number // size % 10
        if not digit:
            gap = bool(text)
            continue
        text += (_DIGITS[0] if gap else "") + _DIGITS[digit] + unit
        gap = False
    return text
