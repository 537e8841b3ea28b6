"""Filters and tags of the screens: money, masks, kinds, sparklines, bars."""

from __future__ import annotations

import inspect
import re
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from workbench.screens.suspect_list import SORTS
from workbench.screens.words import COST_ITEMS, KIND_EN, MEASURES, county_name, exception_title, feature_title, kind_zh, law_text, rule_title

register = template.Library()
NOTHING = mark_safe('<span class="muted">—</span>')


@register.filter
def yuan(fen: int | float | None) -> str:
    """Fen as yuan with two decimals and thousands separators."""
    return f"{fen / 100:,.2f}" if isinstance(fen, int | float) else "—"


@register.filter
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


@register.filter
def percent(share: float | None, digits: int = 1) -> str:
    """A share 0–1 as per cent."""
    return f"{share * 100:.{digits}f}%" if isinstance(share, int | float) else "—"


@register.filter
def number(value: float | int | None) -> str:
    """A figure without needless decimals."""
    if value is None or value == "":
        return "—"
    if not isinstance(value, int | float):
        return str(value)
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 0.1 else f"{value:.3g}"


@register.filter
def masked(text: str | None) -> str:
    """An identifier with its middle hidden: the first two and last four stay."""
    if not text:
        return "—"
    return f"{text[:2]}****{text[-4:]}" if len(text) > 8 else "****"


@register.filter
def kind_name(kind: str) -> str:
    """A kind of violation in the user's language."""
    return KIND_EN.get(kind, kind) if get_language() == "en" else kind_zh(kind)


@register.filter
def rule_name(rule_id: str) -> str:
    """A rule's title in the user's language."""
    return rule_title(rule_id, get_language() or "")


@register.filter
def county(code: str | None) -> str:
    """A county's name where the bureau gave one, else its code."""
    return county_name(code)


@register.filter
def law(keys: str) -> list[tuple[str, str]]:
    """Space-joined legal-basis keys as (key, wording)."""
    return [(key, law_text(key)) for key in (keys or "").split()]


@register.filter
def cost_item(code: str) -> str:
    """The name of a med_chrgitm_type."""
    return str(COST_ITEMS.get(code, code or _("未注明")))


@register.filter
def level_name(level: str) -> str:
    """The traffic light in words, so that colour is never the only sign."""
    return {"red": _("红"), "yellow": _("黄"), "green": _("绿")}.get(level, level)


@register.filter
def certainty_name(certainty: str) -> str:
    return {"definite": _("明确违规"), "suspected": _("可疑")}.get(certainty, certainty)


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """``mapping[key]`` or None."""
    return (mapping or {}).get(key)


@register.simple_tag
def sparkline(values: list[float], width: int = 96, height: int = 22) -> SafeString:
    """A small line of a series as SVG, without script or inline style."""
    if not values or max(values) <= 0:
        return NOTHING
    top, step = max(values), width / max(len(values) - 1, 1)
    points = " ".join(f"{i * step:.1f},{height - 2 - (v / top) * (height - 4):.1f}" for i, v in enumerate(values))
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}"><polyline points="{}"/></svg>',
        width, height, width, height, _("各月涉及金额走势"), points,
    )  # fmt: skip


@register.simple_tag
def bar(value: float | None, top: float | None, width: int = 90) -> SafeString:
    """A horizontal bar for a table cell."""
    share = 0.0 if not value or not top else max(0.0, min(1.0, value / top))
    return format_html(
        '<svg class="bar" viewBox="0 0 {} 8" width="{}" height="8" aria-hidden="true"><rect class="bar-back" width="{}" height="8" rx="2"/>'
        '<rect class="bar-fill" width="{}" height="8" rx="2"/></svg>', width, width, width, f"{share * width:.1f}",
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters changed; an empty value takes a parameter away."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value not in (None, ""):
            params[name] = value
    return "?" + params.urlencode()


@register.simple_tag
def page_size() -> int:
    return settings.PAGE_SIZE


@register.filter
def words(text: str) -> list[str]:
    """The words of a constant, for loops in templates."""
    return text.split()


@register.filter
def tier_name(tier: str) -> str:
    """A hospital's tier in words."""
    return {"3": _("三级"), "2": _("二级"), "1": _("一级及基层"), "0": _("未定级")}.get(tier, tier)


@register.filter
def feature_name(feature: str) -> str:
    """A feature's title in the user's language; the id where it is not registered."""
    return feature_title(feature, get_language() or "")


@register.simple_tag
def movement(row: Any) -> SafeString:
    """Places gained or lost since the run before; up means more suspicious."""
    if not row.previous_rank:
        return format_html('<span class="tag">{}</span>', _("新"))
    change = row.previous_rank - row.rank
    if change == 0:
        return NOTHING
    mark, css, label = ("▲", "up", _("上升")) if change > 0 else ("▼", "down", _("下降"))
    return format_html(
        '<span class="{}"><span class="visually-hidden">{}</span><span aria-hidden="true">{}</span>{}</span>', css, label, mark, abs(change)
    )


@register.simple_tag(takes_context=True)
def sort_head(context: dict[str, Any], name: str, label: str, css: str = "") -> SafeString:
    """A column heading; a link that sorts where the column can be sorted."""
    numeric = css or ("num" if name in ("score", "interval", "probability", "amount", "loss", "expected", "findings", "movement") else "")
    if name not in SORTS:
        return format_html('<th class="{}">{}</th>', numeric, label)
    params = context["request"].GET.copy()
    now = params.get("sort") or "rank"
    falling = name not in ("rank", "name", "county")
    first, second = (f"-{name}", name) if falling else (name, f"-{name}")
    params["sort"] = second if now == first else first
    params.pop("page", None)
    state = {name: "ascending", f"-{name}": "descending"}.get(now, "none")
    arrow = {"ascending": " ↑", "descending": " ↓"}.get(state, "")
    return format_html('<th class="{}" aria-sort="{}"><a href="?{}">{}{}</a></th>', numeric, state, params.urlencode(), label, arrow)


@register.filter
def exception_names(names: str) -> str:
    """Lawful exceptions by their titles."""
    return "、".join(exception_title(name, get_language() or "") for name in (names or "").split())


@register.filter
def day_rows(days: dict[str, Any]) -> list[dict[str, Any]]:
    """The day-by-day chart's data as table rows."""
    groups = days["groups"].values()
    return [
        {
            "day": day,
            "values": [amounts[i] for amounts in groups],
            "faults": days["faults"][i],
            "elsewhere": days["elsewhere"][i],
            "idle": days["idle"][i],
        }
        for i, day in enumerate(days["days"])
    ]


@register.filter
def dedent(text: str) -> str:
    """A docstring as paragraphs of plain text: indentation, line breaks within a paragraph and code marks taken out."""
    paragraphs = inspect.cleandoc(text or "").replace("``", "").split("\n\n")
    return "\n\n".join(part if part.lstrip().startswith(("*", "-")) else " ".join(part.split()) for part in paragraphs)


@register.filter
def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@register.filter
def section_name(name: str) -> str:
    """A part of a run's model record in words."""
    names = {
        "champion": _("在用模型"),
        "challengers": _("挑战者"),
        "gates": _("晋级门槛"),
        "calibration": _("校准"),
        "drift": _("漂移"),
        "power": _("检出力"),
        "weights": _("权重"),
    }
    return names.get(name, name)


@register.filter
def measure_name(name: str) -> str:
    """A column of the DRG monitor in words; its own name where no word is known."""
    return str(MEASURES.get(name, name))


@register.filter
def safe_detail(detail: str) -> str:
    """An entry's detail with personal numbers masked."""
    return re.sub(r'("psn_no": ")([^"]*)(")', lambda m: m[1] + masked(m[2]) + m[3], detail)[:300]
