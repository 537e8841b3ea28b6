"""The suspects page: ranked list, saved views, bulk decisions, export to Excel as shown."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import xlsxwriter
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from xlsxwriter.utility import xl_range

from workbench.accounts.request import Request
from workbench.accounts.rights import needs
from workbench.audit.chain import record
from workbench.cases.models import Outcome, SavedView, Verdict
from workbench.cases.services import VerdictError, decide_many, undo_batch
from workbench.results.models import Run, Suspect
from workbench.screens.cells import level_name
from workbench.screens.formats import county, kind_name
from workbench.screens.shared import chosen_run, page_of, subject_of, wants_part, whole_number
from workbench.screens.suspect_list import COLUMNS, base_list, choices, filtered, shown_columns

MOST_VIEWS = 30
#: of the exported sheet: points a line, and Chinese signs that fit into a line of the reason's column
LINE_POINTS, REASON_SIGNS = 15.5, 32


@require_GET
@needs("suspects")
def suspects(request: Request) -> HttpResponse:
    """The list, or only its rows for htmx."""
    run = chosen_run(request)
    if run is None:
        return render(request, "empty.html", {"title": _("疑点机构")})
    rows = filtered(base_list(run, request.user), request.GET)
    page = page_of(request, rows)
    top = max((row.score for row in page), default=0)
    context = {
        "run": run,
        "page": page,
        "top": top,
        "columns": [(name, COLUMNS[name][0], name in shown_columns(request.GET)) for name in COLUMNS],
        "shown": shown_columns(request.GET),
        "versions": _versions(page.object_list),
        "params": request.GET,
        "outcomes": [(value, label) for value, label in Outcome.choices if value in (Outcome.DISMISSED, Outcome.RETURNED)],
    }
    if wants_part(request):
        return render(request, "suspects/_rows.html", context)
    context |= {
        "choices": choices(run, request.user),
        "runs": Run.objects.only("run_id", "started"),
        "views": request.user.saved_views.all(),
        "last_batch": request.session.get("last_batch") if not request.session.get("last_batch_of") else "",
    }
    return render(request, "suspects/list.html", context)


def _versions(rows: Any) -> dict[str, int]:
    codes = [row.fixmedins_code for row in rows]
    return dict(Verdict.objects.filter(finding_id="", fixmedins_code__in=codes).values_list("fixmedins_code", "version"))


@require_GET
@needs("export")
def export(request: Request) -> HttpResponse:
    """The list as shown (filters, sort, columns) as a workbook that says who took it and when."""
    run = chosen_run(request)
    if run is None:
        return redirect("suspects")
    rows = filtered(base_list(run, request.user), request.GET)
    names = shown_columns(request.GET)
    record(request, "export", "suspects", run.run_id, {"filters": dict(request.GET.lists()), "rows": rows.count()})
    stamp = f"{request.user.name} {timezone.localtime():%Y-%m-%d %H:%M}"
    content = io.BytesIO()
    _workbook(content, list(rows.iterator(chunk_size=500)), names, stamp, run)
    response = HttpResponse(content.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.headers["Content-Disposition"] = f'attachment; filename="suspects-{timezone.localtime(run.started):%Y%m%d}.xlsx"'
    return response


def _workbook(content: io.BytesIO, rows: list[Suspect], names: list[str], stamp: str, run: Run) -> None:
    """The list as a sheet; trends as small lines, whose figures stand on a second sheet."""
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("疑点机构"))
    line_style = {"border": 1, "border_color": "#C8D0D8", "valign": "top"}
    head = book.add_format({"bold": True, "bg_color": "#E6ECF2", "border": 1, "border_color": "#C8D0D8", "text_wrap": True, "valign": "vcenter"})
    body = book.add_format({**line_style, "text_wrap": True})
    money = book.add_format({**line_style, "num_format": "#,##0.00"})
    share = book.add_format({**line_style, "num_format": "0%"})
    lights = {
        level: book.add_format({**line_style, "bold": True, "align": "center", "font_color": font, "bg_color": back})
        for level, (font, back) in {"red": ("#B3261E", "#FDECEA"), "yellow": ("#805500", "#FFF4D6"), "green": ("#1E6B3A", "#E6F4EA")}.items()
    }
    formats = dict.fromkeys(("amount", "loss", "expected"), money) | {"probability": share}
    sheet.write(0, 0, _("导出人与时间：{}；批次：{}。含医保稽核信息，注意保密。").format(stamp, run.run_id))
    headings = [_("名次"), _("机构代码"), *(f"{COLUMNS[name][0]}{_('（元）') if formats.get(name) is money else ''}" for name in names)]
    sheet.write_row(2, 0, headings, head)
    sheet.set_row(2, 2 * LINE_POINTS)
    months = book.add_worksheet(_("走势数据")) if "trend" in names else None
    for line, row in enumerate(rows, start=3):
        # heights are told, since not every program fits rows to wrapped text by itself
        sheet.set_row(line, LINE_POINTS * max(1, -(-len(row.main_reason) // REASON_SIGNS)) if "reason" in names else LINE_POINTS)
        sheet.write_number(line, 0, row.rank, body)
        sheet.write_string(line, 1, row.fixmedins_code, body)
        for column, name in enumerate(names, start=2):
            if name == "trend":
                sheet.write_blank(line, column, None, body)
                if months is not None and row.trend:
                    months.write_string(line, 0, row.fixmedins_code)
                    months.write_row(line, 1, [fen / 100 for fen in row.trend])
                    place = {"range": f"'{months.get_name()}'!{xl_range(line, 1, line, len(row.trend))}", "series_color": "#1D6FB0"}
                    sheet.add_sparkline(line, column, place)
                continue
            sheet.write(line, column, _cell(row, name), lights.get(row.level, body) if name == "level" else formats.get(name, body))
    widths = {"reason": 62, "name": 26, "kinds": 34, "code": 15, "trend": 16, "county": 11, "peer_group": 18, "rank": 6, "level": 9, "score": 8}
    for column, name in enumerate(["rank", "code", *names]):
        sheet.set_column(column, column, widths.get(name, 14))
    sheet.freeze_panes(3, 2)
    sheet.autofilter(2, 0, max(2, 2 + len(rows)), len(headings) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&L" + stamp.replace("&", "&&") + "&R&P / &N")
    book.close()


def _cell(row: Suspect, name: str) -> Any:
    status = row.status  # type: ignore[attr-defined]  # annotated in base_list
    cells: dict[str, Callable[[], Any]] = {
        "level": lambda: level_name(row.level),
        "name": lambda: row.fixmedins_name,
        "county": lambda: county(row.admdvs),
        "peer_group": lambda: row.peer_group,
        "score": lambda: round(row.score, 1),
        "interval": lambda: f"{row.rank_low}–{row.rank_high}" if row.rank_low else "",
        "probability": lambda: row.probability if row.probability is not None else "",
        "amount": lambda: row.amount_fen / 100,
        "loss": lambda: row.loss_fen / 100,
        "expected": lambda: row.expected_fen / 100,
        "kinds": lambda: "；".join(kind_name(kind) for kind in row.kind_list),
        "reason": lambda: row.main_reason,
        "findings": lambda: row.n_findings,
        "movement": lambda: row.previous_rank - row.rank if row.previous_rank else _("新"),
        "status": lambda: str(Outcome(status).label),
    }
    return cells[name]()


@require_POST
@needs("suspects")
def save_view(request: Request) -> HttpResponse:
    """Keeps the present filters under a name."""
    name = request.POST.get("name", "").strip()[:60]
    kept = QueryDict(request.POST.get("query", "").lstrip("?")[:1000])
    query = urlencode([(key, value) for key, values in kept.lists() for value in values if key not in ("page", "run")])
    if name and request.user.saved_views.count() < MOST_VIEWS:
        SavedView.objects.update_or_create(user=request.user, name=name, defaults={"query": query})
        messages.success(request, _("已保存视图“{}”。").format(name))
    else:
        messages.error(request, _("请填写视图名称（最多保存30个）。"))
    return redirect(f"{reverse('suspects')}?{query}")


@require_POST
@needs("suspects")
def delete_view(request: Request, pk: int) -> HttpResponse:
    """Forgets one of one's own views."""
    get_object_or_404(SavedView, pk=pk, user=request.user).delete()
    return redirect("suspects")


@require_POST
@needs("bulk")
def bulk(request: Request) -> HttpResponse:
    """One decision on the institutions ticked, as far as nobody decided on them meanwhile."""
    run = chosen_run(request)
    outcome = request.POST.get("outcome", "")
    back = f"{reverse('suspects')}?{QueryDict(request.POST.get('query', '')[:1000]).urlencode()}"
    if outcome not in (Outcome.DISMISSED, Outcome.RETURNED):
        messages.error(request, _("批量操作只能判定不属实或退回补充材料。"))
        return redirect(back)
    rows = base_list(run, request.user).filter(fixmedins_code__in=request.POST.getlist("code")) if run else []
    subjects = [(subject_of(row), whole_number(request.POST.get(f"version-{row.fixmedins_code}")), None) for row in rows]
    try:
        batch, done, left = decide_many(request, subjects, outcome, request.POST.get("reason", ""), run)
    except VerdictError as error:
        messages.error(request, str(error))
        return redirect(back)
    request.session["last_batch"], request.session["last_batch_of"] = batch, ""
    messages.success(request, _("已处理{}家机构。").format(done))
    if left:
        messages.warning(request, _("{}家机构已被他人判定，未覆盖。").format(left))
    return redirect(back)


@require_POST
@needs("bulk")
def undo_bulk(request: Request) -> HttpResponse:
    """Takes back the last bulk decision, on institutions or on one institution's findings, where nothing has changed since."""
    batch, code = request.session.pop("last_batch", None), request.session.pop("last_batch_of", "")
    if batch:
        messages.success(request, _("已撤销{}项批量判定。").format(undo_batch(request, batch)))
    return redirect("institution", code=code) if code else redirect("suspects")
