"""Cases: the list, one case with its steps, what may be done next; ledgers; the plan of inspections across counties."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from django.contrib import messages
from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from workbench.accounts.models import Role, User
from workbench.accounts.request import Request
from workbench.accounts.rights import in_counties, may, needs, or_404, sees_county
from workbench.audit.chain import record
from workbench.cases.deadlines import deadlines, pressing
from workbench.cases.flow import (
    ENTRIES,
    MOVES,
    RESULTS,
    SETTLED,
    CaseError,
    assign,
    enter,
    move,
    moves_for,
    open_case,
    recovered,
    upheld,
    visible,
    works_on,
)
from workbench.cases.models import Case, CaseStep, Origin, Result, Stage, StepKind
from workbench.cases.services import VerdictError
from workbench.documents.case_file import CaseFile, gather
from workbench.documents.ledgers import ledgers
from workbench.documents.render import clearance_letter, handover_letter
from workbench.results.models import CountySum, Finding, Suspect
from workbench.results.parameters import of_run
from workbench.screens.shared import chosen_run, fen_from, institution_or_404, page_of, whole_number
from workbench.screens.views.documents import SHEET_TYPE, WORD_TYPE

MOST_TEXT = 4000
MOST_INSPECTIONS = 100


@require_GET
@needs("suspects")
def cases(request: Request) -> HttpResponse:
    """The cases the user may see: his own, by stage, those near or past a date, all."""
    mine = visible(request.user)
    shown = request.GET.get("show", "open")
    near = pressing(mine)
    chosen = mine.filter(pk__in=near).order_by("opened", "pk") if shown == "due" else _shown(mine, shown, request.user)
    rows = chosen.prefetch_related("handlers").select_related("opened_by")
    rows = rows.annotate(recovered_fen=Sum("steps__amount_fen", filter=Q(steps__kind=StepKind.RECOVERED)))
    counts = {"open": mine.exclude(stage=Stage.CLOSED).count(), "mine": _shown(mine, "mine", request.user).count(), "due": len(near)}
    stages = [(value, label, mine.filter(stage=value).count()) for value, label in Stage.choices]
    page = page_of(request, rows)
    legal = deadlines(page.object_list)
    for row in page.object_list:
        row.legal = legal.get(row.pk)
    context = {"page": page, "shown": shown, "counts": counts, "stages": stages, "today": timezone.localdate()}
    return render(request, "cases/list.html", context)


def _shown(rows: QuerySet[Case], shown: str, user: User) -> QuerySet[Case]:
    if shown == "mine":
        return rows.filter(handlers=user).exclude(stage=Stage.CLOSED).order_by("due", "-opened")
    newest = rows.order_by("-opened", "-pk")
    return newest.filter(stage=shown) if shown in Stage.values else newest.exclude(stage=Stage.CLOSED)


@require_GET
@needs("export")
def case_ledgers(request: Request) -> HttpResponse:
    """The four lists and three ledgers of the cases the user may see, as one workbook."""
    rows = visible(request.user).order_by("opened", "pk")
    record(request, "export", "cases", "", {"rows": rows.count()})
    today = timezone.localdate()
    content = ledgers(rows, f"{request.user.name}（{request.user.username}） {timezone.localtime():%Y-%m-%d %H:%M}")
    disposition = content_disposition_header(True, f"清单台账-{today:%Y%m%d}.xlsx") or ""
    return HttpResponse(content, content_type=SHEET_TYPE, headers={"Content-Disposition": disposition})


def _case_or_404(request: Request, pk: int) -> Case:
    found: Case = or_404(request.user, Case.objects.filter(pk=pk).select_related("opened_by", "run").first())
    return found


@require_GET
@needs("suspects")
def case(request: Request, pk: int) -> HttpResponse:
    """One case: how far it is, what was done, what may be done next and by whom."""
    found = _case_or_404(request, pk)
    record(request, "view", "case", found.number or str(pk))
    stages = list(Stage.values)
    moves = moves_for(request.user, found)
    true = upheld(found)
    context = {
        "case": found,
        "handlers": list(found.handlers.order_by("username")),
        "steps": found.steps.select_related("author"),
        "legal": deadlines([found]).get(pk),
        "stages": [(label, stages.index(value) < stages.index(found.stage), value == found.stage) for value, label in Stage.choices],
        "open": found.stage != Stage.CLOSED,
        "recovered": recovered(found),
        "upheld": {"n": true.count(), "fen": true.aggregate(fen=Sum("amount_fen"))["fen"]},
        "works": works_on(request.user, found),
        "entries": [(kind.value, kind.label) for kind in ENTRIES if kind != StepKind.RECOVERED or found.stage == Stage.RECOVERING],
        "moves": [(to, Stage(to).label) for to in moves if to != Stage.CLOSED],
        "may_close": Stage.CLOSED in moves,
        "waits_for_second": not any(to in SETTLED for to in moves) and any(to in SETTLED for to in MOVES[found.stage]),
        "results": [(value, Result(value).label) for value in RESULTS.get(found.stage, ())],
        "colleagues": _colleagues(found) if may(request.user, "assign") else [],
        "counties": _counties() if may(request.user, "assign") else [],
        "today": timezone.localdate(),
    }
    return render(request, "cases/case.html", context)


def _colleagues(found: Case) -> list[dict[str, Any]]:
    """Who may be named as handler, those of other counties first: nobody should have to judge his neighbours."""
    users = User.objects.filter(role__in=[Role.AUDITOR, Role.LEAD], is_active=True).order_by("username")
    chosen = set(found.handlers.values_list("pk", flat=True))
    rows = [{"user": user, "near": not user.all_counties and sees_county(user, found.admdvs), "chosen": user.pk in chosen} for user in users]
    return sorted(rows, key=lambda row: bool(row["near"]))


def _counties() -> list[str]:
    return sorted(CountySum.objects.order_by().exclude(admdvs="").values_list("admdvs", flat=True).distinct())


@require_POST
@needs("case_work")
def case_open(request: Request, code: str) -> HttpResponse:
    """Registers a clue on the institution."""
    _run, suspect = institution_or_404(request, code)
    try:
        opened = open_case(request, suspect, origin=request.POST.get("origin", ""), reason=request.POST.get("reason", "")[:MOST_TEXT])
    except CaseError as error:
        messages.error(request, str(error))
        return redirect("institution", code=code)
    messages.success(request, _("线索已登记，等待组长分派。"))
    return redirect("case", pk=opened.pk)


@require_POST
@needs("assign")
def case_assign(request: Request, pk: int) -> HttpResponse:
    """Names the team and its auditors."""
    found = _case_or_404(request, pk)
    wanted = [int(number) for number in request.POST.getlist("handler") if number.isdigit()]
    handlers = list(User.objects.filter(pk__in=wanted, role__in=[Role.AUDITOR, Role.LEAD], is_active=True).order_by("username"))
    team, due = request.POST.get("team", ""), _day(request.POST.get("due", ""))
    try:
        version = whole_number(request.POST.get("version"))
        assign(request, found, handlers, team=team if team in _counties() else "", due=due, version=version)
        messages.success(request, _("已分派。"))
    except CaseError as error:
        messages.error(request, str(error))
    return redirect("case", pk=pk)


@require_POST
@needs("suspects")
def case_step(request: Request, pk: int) -> HttpResponse:
    """Puts something that was done into the file."""
    found = _case_or_404(request, pk)
    if not works_on(request.user, found):
        messages.error(request, _("只有承办人和组长、主任可以登记办理情况。"))
        return redirect("case", pk=pk)
    given = request.POST
    try:
        enter(
            request,
            found,
            given.get("kind", ""),
            day=_day(given.get("day", "")) or timezone.localdate(),
            note=given.get("note", "")[:MOST_TEXT],
            amount_fen=fen_from(given.get("amount")),
            receiver=given.get("receiver", ""),
        )
        messages.success(request, _("已登记。"))
    except VerdictError as error:
        messages.error(request, str(error))
    except ValueError:
        messages.error(request, _("金额应为数字（元）。"))
    return redirect("case", pk=pk)


@require_POST
@needs("suspects")
def case_move(request: Request, pk: int) -> HttpResponse:
    """Takes the case to its next stage."""
    found = _case_or_404(request, pk)
    given = request.POST
    to = given.get("to", "")
    if to in MOVES[found.stage] and to not in moves_for(request.user, found):
        messages.error(request, _("承办人不得审批本人承办的案件。") if to in SETTLED else _("只有承办人和组长、主任可以转入该环节。"))
        return redirect("case", pk=pk)
    try:
        move(
            request,
            found,
            to,
            note=given.get("note", "")[:MOST_TEXT],
            version=whole_number(given.get("version")),
            owed_fen=fen_from(given.get("owed")),
            result=given.get("result", ""),
        )
        messages.success(request, _("已转入下一环节。"))
    except VerdictError as error:
        messages.error(request, str(error))
    except ValueError:
        messages.error(request, _("金额应为数字（元）。"))
    return redirect("case", pk=pk)


@require_GET
@needs("documents")
def case_clearance(request: Request, pk: int) -> HttpResponse:
    """The letter that clears an institution, once its case has ended so."""
    found = _case_or_404(request, pk)
    if found.result != Result.CLEARED:
        raise Http404
    today = timezone.localdate()
    record(request, "document", "case", found.number or str(pk), {"document": "clearance_letter"})
    content = clearance_letter(found, made_by=f"{request.user.name}（{request.user.username}）", today=today)
    disposition = content_disposition_header(True, f"澄清告知书-{found.fixmedins_name}-{today:%Y%m%d}.docx") or ""
    return HttpResponse(content, content_type=WORD_TYPE, headers={"Content-Disposition": disposition})


@require_GET
@needs("documents")
def case_handover(request: Request, pk: int, step: int) -> HttpResponse:
    """The letter that goes with a matter handed over to another authority."""
    found = _case_or_404(request, pk)
    given: CaseStep | None = found.steps.filter(pk=step, kind=StepKind.HANDED_OVER).first()
    if given is None:
        raise Http404
    today = timezone.localdate()
    record(request, "document", "case", found.number or str(pk), {"document": "handover_letter"})
    content = handover_letter(found, given, *_matters(found), made_by=f"{request.user.name}（{request.user.username}）", today=today)
    disposition = content_disposition_header(True, f"案件移送函-{found.fixmedins_name}-{today:%Y%m%d}.docx") or ""
    return HttpResponse(content, content_type=WORD_TYPE, headers={"Content-Disposition": disposition})


def _matters(found: Case) -> tuple[CaseFile | None, int]:
    """The case's findings upheld by review in the newest run that ranks the institution, a fee line of several counted once; None without any.
    And how many more were upheld that this run does not know."""
    true = upheld(found).exclude(finding_id="")
    suspect = Suspect.objects.filter(fixmedins_code=found.fixmedins_code).select_related("run").order_by("-run__started").first()
    if suspect is None:
        return None, true.count()
    rows = Finding.objects.filter(run=suspect.run, finding_id__in=true.values("finding_id"))
    n = rows.count()
    return gather(suspect.run, suspect, rows, decided=True, most=n) if n else None, true.count() - n


@require_http_methods(["GET", "POST"])
@needs("assign")
def plan(request: Request) -> HttpResponse:
    """GET: whom to inspect with so many inspections, and the county whose auditors go. POST: opens cases on the ticked institutions."""
    run = chosen_run(request)
    if run is None:
        return render(request, "empty.html", {"title": _("检查计划")})
    if request.method == "POST":
        return _open_ticked(request)
    inspections = min(max(whole_number(request.GET.get("n"), 20), 1), MOST_INSPECTIONS)
    per_county = whole_number(request.GET.get("per_county")) or None
    made = _planned(request, run, inspections, per_county)
    context = {"run": run, "n": inspections, "per_county": per_county or "", "plan": made, "rows": made.chosen.to_dicts()}
    return render(request, "cases/plan.html", context)


def _planned(request: Request, run: Any, inspections: int, per_county: int | None) -> Any:
    from models.plan import inspection_plan  # noqa: PLC0415  scipy's solver loads slowly

    under_way = Case.objects.exclude(stage=Stage.CLOSED).values("fixmedins_code")
    rows = in_counties(Suspect.objects.filter(run=run), request.user).exclude(fixmedins_code__in=under_way)
    fields = ("rank", "fixmedins_code", "fixmedins_name", "admdvs", "level", "probability", "expected_fen")
    schema = dict(zip(fields, (pl.Int64, pl.String, pl.String, pl.String, pl.String, pl.Float64, pl.Int64), strict=True))
    suspects = pl.DataFrame(list(rows.values_list(*fields)), schema=schema, orient="row").with_columns(expected_recovery=pl.col("expected_fen") / 100)
    return inspection_plan(suspects, inspections, of_run(run.pk, "plan"), per_county)


def _open_ticked(request: Request) -> HttpResponse:
    done = 0
    for code in request.POST.getlist("code")[:MOST_INSPECTIONS]:
        _run, suspect = institution_or_404(request, code)
        team = request.POST.get(f"team-{code}", "")
        try:
            open_case(request, suspect, origin=Origin.DATA, reason=suspect.main_reason or _("列入检查计划"), team=team if team in _counties() else "")
            done += 1
        except CaseError as error:
            messages.warning(request, f"{suspect.fixmedins_name}：{error}")
    messages.success(request, _("已登记{}件线索，请逐件分派承办人。").format(done))
    return redirect(f"{reverse('cases')}?{urlencode({'show': Stage.CLUE})}")


def _day(text: str) -> date | None:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None
