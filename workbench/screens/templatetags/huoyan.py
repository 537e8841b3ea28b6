"""Filters and tags of the screens: money, masks, kinds, sparklines, bars."""

from __future__ import annotations

import inspect
import math
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from models.chinese.load import source_zh, unit_zh
from workbench.screens import cells
from workbench.screens.audit_words import action_word, detail_pairs, local_time, object_word, role_word, user_word
from workbench.screens.formats import certainty_name, cost_item, county, kind_name, masked, number, percent, rule_name, short_yuan, yuan, yuan_of
from workbench.screens.monitor import SHARES, YUAN, Cell
from workbench.screens.suspect_list import SORTS
from workbench.screens.words import (
    CHANGES,
    EFFECTS,
    LEVELS,
    MEASURES,
    REFUSALS,
    SHARE_UNIT,
    TABLES,
    exception_title,
    feature_title,
    law_text,
    measure_title,
    unit_title,
)

register = template.Library()
register.simple_tag(cells.sparkline)
register.simple_tag(cells.bar)
register.simple_tag(cells.movement)
register.simple_tag(cells.state)
register.simple_tag(cells.light)
register.simple_tag(cells.rule_rows)
register.filter(cells.level_name)
register.filter(cells.original)
for show in (
    yuan,
    yuan_of,
    short_yuan,
    percent,
    number,
    masked,
    kind_name,
    certainty_name,
    rule_name,
    cost_item,
    county,
    action_word,
    object_word,
    role_word,
    user_word,
    local_time,
    detail_pairs,
):
    register.filter(show)


@register.filter
def law(keys: str) -> list[tuple[str, str]]:
    """Space-joined legal-basis keys as (key, wording)."""
    return [(key, law_text(key, get_language() or "")) for key in (keys or "").split()]


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """``mapping[key]`` or None."""
    return (mapping or {}).get(key)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters changed; an empty value takes a parameter away."""
    kept = [(name, value) for name, values in context["request"].GET.lists() if name not in changes for value in values]
    return f"?{urlencode([*kept, *((name, value) for name, value in changes.items() if value not in (None, ''))])}"


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
    return (", " if get_language() == "en" else "、").join(exception_title(name, get_language() or "") for name in (names or "").split())


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
def measure_name(name: str) -> str:
    """A column of the DRG monitor in words."""
    return measure_title(name)


@register.filter
def measure_with_unit(name: str) -> str:
    """A column of the DRG monitor in words, with its unit where that is money."""
    return f"{measure_title(name)}{_('（元）')}" if name in YUAN else measure_title(name)


@register.filter
def monitor_table(name: str) -> str:
    """A table of the DRG monitor in words."""
    return str(TABLES[name])


@register.filter
def monitor_level(level: str) -> str:
    """A level of the DRG monitor in words."""
    return str(LEVELS.get(level, level))


def _measured(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("是")) if value else "—"
    return yuan_of(value) if name in YUAN else percent(value) if name in SHARES else number(value)


@register.simple_tag
def alert_words(alert: dict[str, Any]) -> str:
    """What an alert says: the measure, how far it lies from expectation, and what it was in the three months before."""
    if alert["measure"] == "low_risk_deaths":
        return str(_("{}例，低风险病组的死亡应逐例核查").format(number(alert["value"])))
    if alert["measure"] == "under_service":
        return str(_("费用低于预期，再住院高于预期"))
    way = _("{}，高于预期{:.1f}个标准误") if alert["z"] > 0 else _("{}，低于预期{:.1f}个标准误")
    said = way.format(_measured(alert["measure"], alert["value"]), abs(alert["z"]))
    if alert["previous"] is None:
        return str(said)
    return str(said + _("；前三个月平均{}").format(_measured(alert["measure"], alert["previous"])))


@register.simple_tag
def figures(row: list[Cell]) -> SafeString:
    """The figures of a row of the DRG monitor, a cell each. One tag a row: a table has five hundred figures."""
    return format_html_join("", '<td class="num">{}</td>', ((_figure(cell),) for cell in row))


def _figure(cell: Cell) -> SafeString | str:
    """A figure as its kind is written, marked where it lies beyond its limit."""
    shown = _measured(cell.name, cell.value)
    if not cell.grade:
        return shown
    light = "red" if cell.grade == "alarm" else "yellow"
    title = _("偏离预期{:+.1f}个标准误").format(cell.z)
    return format_html('<span class="light {}" title="{}">{}</span>', light, title, shown)


@register.simple_tag(takes_context=True)
def suspect_rows(context: dict[str, Any]) -> SafeString:
    """The body of the suspects list."""
    run = context["params"].get("run", "")
    versions = context["versions"] if context["rights"]["bulk"] else None
    return cells.suspect_rows(list(context["page"]), context["shown"], query=f"?{urlencode({'run': run})}" if run else "", versions=versions)


@register.filter
def effect_name(entry: dict[str, Any]) -> str:
    """The measure of an effect estimate in words; the run's own title where the measure is one of the bureau's."""
    return str(MEASURES[entry["measure"]]) if entry["measure"] in MEASURES else str(entry.get("title_zh") or entry["measure"])


@register.filter
def change_name(change: str) -> str:
    """What changed, in words."""
    return str(CHANGES.get(change, change))


@register.filter
def unit_name(unit: str) -> str:
    """The unit of an effect estimate in words."""
    return unit_title(unit)


@register.filter
def signed(value: float | None, unit: str = "") -> str:
    """A change with its sign; of a share, in percentage points."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return "—"
    if unit == SHARE_UNIT:
        return f"{value * 100:+.2f}"
    return f"{value:+,.2f}" if abs(value) >= 0.1 else f"{value:+.2g}"


@register.filter
def level_of(value: float | None, unit: str) -> str:
    """How large a measure was, in its unit; a share in per cent."""
    return percent(value) if unit == SHARE_UNIT else number(value)


@register.filter
def listed(value: Any) -> Any:
    """A parameter's value; several values as a list in words."""
    return (", " if get_language() == "en" else "、").join(str(item) for item in value) if isinstance(value, list | tuple) else value


@register.filter
def distance(value: float | None) -> float | None:
    """A figure without its sign."""
    return abs(value) if isinstance(value, int | float) else None


@register.filter
def is_number(value: Any) -> bool:
    """True for a finite figure."""
    return isinstance(value, int | float) and math.isfinite(value)


@register.filter
def parameter_unit(unit: str) -> str:
    """A parameter's unit in the user's language."""
    return unit if get_language() == "en" else unit_zh(unit)


@register.filter
def source_name(source: str) -> str:
    """Where a parameter comes from, in the user's language."""
    return source if get_language() == "en" else source_zh(source)


@register.filter
def effect_label(label: str) -> str:
    """What a tried threshold changes, in the user's language."""
    return str(EFFECTS.get(label, label))


@register.filter
def parameter_meaning(parameter: Any) -> str:
    """What a parameter means; its own name, which is English, where the page is."""
    return str(parameter.name).replace("_", " ") if get_language() == "en" else str(parameter.meaning_zh)


@register.filter
def refusal(reason: str) -> str:
    """Why a row was not taken, in words."""
    return str(REFUSALS.get(reason, reason))
