"""How figures, identifiers and codes are written on the screens. Plain functions: the templates' filters and the code share them."""

from __future__ import annotations

import math
from typing import Any

from django.utils.translation import get_language

from workbench.screens.words import KIND_EN, county_name, kind_zh


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
    return f"{share * 100:.{digits}f}%" if isinstance(share, int | float) else "—"


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


def county(code: str | None) -> str:
    """A county's name where the bureau gave one, else its code."""
    return county_name(code)
