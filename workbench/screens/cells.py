"""The rows of the suspects list, of the rules and of a finding's fee lines as HTML. Fifty rows of nine cells make up most of those pages' work,
so they are built here, not in a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from urllib.parse import quote

from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from workbench.cases.models import Outcome
from workbench.results.models import Suspect
from workbench.screens.formats import certainty_name, cost_item, county, kind_name, number, percent, rule_name, short_yuan, yuan, yuan_of

NOTHING = mark_safe('<span class="muted">—</span>')
REASON_LENGTH = 76


def level_name(level: str) -> str:
    """The traffic light in words, so that colour is never the only sign."""
    return {"red": _("红"), "yellow": _("黄"), "green": _("绿")}.get(level, level)


def light(level: str) -> SafeString:
    """The traffic light."""
    return format_html('<span class="light {}" title="{}">{}</span>', level, _("风险等级"), level_name(level))


def state(outcome: str) -> SafeString:
    """A verdict's outcome as a coloured word."""
    return format_html('<span class="state {}">{}</span>', outcome, Outcome(outcome).label)


def original(text: str) -> SafeString | str:
    """A sentence of the run, which is Chinese in every language: it is part of the file. Marked as such where the page is not Chinese."""
    if not text or get_language() != "en":
        return text
    return format_html('<span lang="zh-hans" class="original">{}</span>', text)


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


def bar(value: float | None, top: float | None, width: int = 90) -> SafeString:
    """A horizontal bar for a table cell."""
    share = 0.0 if not value or not top else max(0.0, min(1.0, value / top))
    return format_html(
        '<svg class="bar" viewBox="0 0 {} 8" width="{}" height="8" aria-hidden="true"><rect class="bar-back" width="{}" height="8" rx="2"/>'
        '<rect class="bar-fill" width="{}" height="8" rx="2"/></svg>', width, width, width, f"{share * width:.1f}",
    )  # fmt: skip


def movement(row: Suspect) -> SafeString:
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


def interval(row: Suspect) -> str:
    """The rank interval."""
    return f"{row.rank_low}–{row.rank_high}" if row.rank_low else "—"


def _name(row: Suspect, address: str) -> SafeString:
    return format_html(
        '<td><a class="name" href="{}">{}</a><br><small class="muted">{}</small></td>', address, row.fixmedins_name, row.fixmedins_code
    )


def _score(row: Suspect, _address: str) -> SafeString:
    places = format_html(' <small class="muted" title="{}">{}</small>', _("名次区间"), interval(row)) if row.rank_low else ""
    return format_html('<td class="num">{}<br>{}{}</td>', f"{row.score:.1f}", bar(row.score, 100, 40), places)


def _number(show: Callable[[Suspect], object]) -> Callable[[Suspect, str], SafeString]:
    return lambda row, _address: format_html('<td class="num">{}</td>', show(row))


def _text(show: Callable[[Suspect], object]) -> Callable[[Suspect, str], SafeString]:
    return lambda row, _address: format_html("<td>{}</td>", show(row))


def _tags(kinds: tuple[str, ...]) -> SafeString:
    return format_html_join("", '<span class="tag">{}</span>', ((kind_name(kind),) for kind in kinds))


def cells_of(names: list[str]) -> list[Callable[[Suspect, str], SafeString]]:
    """The makers of the cells of the named columns (suspect_list.COLUMNS), in order."""
    # what has few values is made once a table
    light_of, state_of, tags_of = cache(light), cache(state), cache(_tags)
    makers: dict[str, Callable[[Suspect, str], SafeString]] = {
        "level": _text(lambda row: light_of(row.level)),
        "name": _name,
        "county": _text(lambda row: county(row.admdvs)),
        "peer_group": _text(lambda row: row.peer_group),
        "score": _score,
        "interval": _number(interval),
        "probability": _number(lambda row: percent(row.probability, 0)),
        "amount": _number(lambda row: short_yuan(row.amount_fen)),
        "loss": _number(lambda row: short_yuan(row.loss_fen)),
        "expected": _number(lambda row: short_yuan(row.expected_fen)),
        "kinds": _text(lambda row: tags_of(tuple(row.kind_list))),
        "reason": lambda row, _address: format_html('<td class="reason">{}</td>', original(truncatechars(row.main_reason, REASON_LENGTH))),
        "findings": _number(lambda row: number(row.n_findings)),
        "trend": _text(lambda row: sparkline(row.trend)),
        "movement": _number(movement),
        "status": _text(lambda row: state_of(row.status)),  # type: ignore[attr-defined]  # annotated in base_list
    }
    return [makers[name] for name in names]


def suspect_rows(rows: list[Suspect], names: list[str], *, query: str, versions: dict[str, int] | None) -> SafeString:
    """The table's body. ``query`` is what the links carry on; ``versions`` of the verdicts seen make each row tickable (None = not)."""
    makers, tick, before = cells_of(names), _("选择"), reverse("institution", args=["CODE"])
    lines = []
    for row in rows:
        address = before.replace("CODE", row.fixmedins_code) + query
        box = (
            format_html(
                '<td class="no-print"><input type="checkbox" name="code" value="{}" aria-label="{} {}">'
                '<input type="hidden" name="version-{}" value="{}"></td>',
                row.fixmedins_code, tick, row.fixmedins_name, row.fixmedins_code, versions.get(row.fixmedins_code, 0),
            )
            if versions is not None
            else ""
        )  # fmt: skip
        cells = mark_safe("".join(make(row, address) for make in makers))  # noqa: S308  each cell is escaped where it is made
        lines.append(format_html('<tr data-href="{}">{}<td class="num">{}</td>{}</tr>', address, box, row.rank, cells))
    return mark_safe("\n".join(lines))  # noqa: S308  each row is escaped where it is made


def rule_rows(rows: Iterable[dict[str, Any]]) -> SafeString:
    """A row a rule: name and the tables it waits for, national code, kind, certainty, findings, institutions, amount, precision, version."""
    address, lacks = reverse("rule", args=["RULE"]), _("缺")
    shown = []
    for row in rows:
        unit, hits, precision = row["unit"], row["hits"] or {}, row["precision"]
        waiting = row.get("waiting")
        shown.append(
            (
                *(address.replace("RULE", quote(row["id"])),) * 2,
                rule_name(row["id"]),
                format_html('<br><small class="light yellow">{} {}</small>', lacks, ", ".join(waiting)) if waiting else "",
                (unit and unit.gz_code) or "—",
                kind_name(unit.kind.value) if unit else "—",
                certainty_name(unit.certainty) if unit else "",
                number(hits.get("n")),
                number(hits.get("places")),
                short_yuan(hits.get("amount")),
                format_html('{} <small class="muted">n={}</small>', percent(precision["share"], 0), precision["n"]) if precision else "—",
                (unit and unit.version) or "—",
            )
        )
    return format_html_join(
        "",
        '<tr data-href="{}"><td><a class="name" href="{}">{}</a>{}</td><td><small>{}</small></td><td>{}</td><td>{}</td><td class="num">{}</td>'
        '<td class="num">{}</td><td class="num">{}</td><td class="num">{}</td><td>{}</td></tr>',
        shown,
    )


def fee_line_rows(lines: Iterable[dict[str, Any]]) -> SafeString:
    """A row a fee line (``workbench.screens.evidence.marked_lines``): mark, time, item, category, count, price, amounts, department."""
    marks = {
        "fault": format_html('<span class="light red">{}</span>', _("违规")),
        "related": format_html('<span class="light yellow">{}</span>', _("涉及")),
    }
    return format_html_join(
        "\n",
        '<tr class="{}"><td class="nowrap">{}</td><td class="nowrap">{}</td><td>{}<br><small class="muted">{}</small></td><td>{}</td>'
        '<td class="num">{}</td><td class="num">{}</td><td class="num">{}</td><td class="num">{}</td><td>{}</td></tr>',
        (
            (
                line["mark"],
                marks.get(line["mark"], ""),
                f"{line['time']:%Y-%m-%d %H:%M}" if line["time"] else "",
                line["hilist_name"] or "—",
                line["hilist_code"] or "",
                cost_item(line["med_chrgitm_type"]),
                number(line["cnt"]),
                yuan_of(line["pric"]),
                yuan(line["fee_fen"]),
                yuan(line["inscp_fen"]),
                line["bilg_dept_name"] or "—",
            )
            for line in lines
        ),
    )
