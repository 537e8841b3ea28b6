"""The institution's side: the findings returned to it for explanation, its answers and files. Scores, ranks and others' cases stay unseen."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from workbench.accounts.request import Request
from workbench.accounts.rights import needs
from workbench.audit.chain import record
from workbench.cases.flow import CaseError, enter
from workbench.cases.models import Attachment, Case, CaseStep, Comment, Outcome, Result, Stage, StepKind, Verdict
from workbench.cases.uploads import download
from workbench.results.models import Finding
from workbench.screens.views.decisions import MOST_TEXT, keep_upload


def _asked(request: Request, finding_id: str) -> tuple[Finding, Verdict]:
    """The finding, if it is the user's institution's and was returned to it; else 404."""
    asked = Verdict.objects.filter(finding_id=finding_id, fixmedins_code=request.user.fixmedins_code, outcome=Outcome.RETURNED).first()
    found = Finding.objects.filter(finding_id=finding_id, fixmedins_code=request.user.fixmedins_code).order_by("-run__started").first()
    if not request.user.fixmedins_code or asked is None or found is None:
        raise Http404
    return found, asked


@require_GET
@needs("hearing")
def hearing(request: Request) -> HttpResponse:
    """What the bureau asks this institution to explain."""
    code = request.user.fixmedins_code
    asked = (
        Verdict.objects.filter(fixmedins_code=code, outcome=Outcome.RETURNED).exclude(finding_id="").order_by("-changed")
        if code
        else Verdict.objects.none()
    )
    found = {f.finding_id: f for f in Finding.objects.filter(fixmedins_code=code, finding_id__in=asked.values("finding_id")).order_by("run__started")}
    answered = set(Comment.objects.filter(fixmedins_code=code, from_institution=True).values_list("finding_id", flat=True))
    under_way = Case.objects.filter(fixmedins_code=code, stage=Stage.HEARING) if code else Case.objects.none()
    ended = Case.objects.filter(fixmedins_code=code, stage=Stage.CLOSED, result__in=[Result.HANDLED, Result.CLEARED]) if code else Case.objects.none()
    said = CaseStep.objects.filter(case__in=under_way, author=request.user, kind=StepKind.STATEMENT).values_list("case_id", "note")
    rows = [{"verdict": v, "finding": found[v.finding_id], "answered": v.finding_id in answered} for v in asked if v.finding_id in found]
    return render(request, "hearing/list.html", {"rows": rows, "cases": under_way, "said": dict(said), "ended": ended.order_by("-closed")})


@require_GET
@needs("hearing")
def hearing_case(request: Request, finding_id: str) -> HttpResponse:
    """One matter: what is asked, the institution's own answers and files."""
    found, asked = _asked(request, finding_id)
    record(request, "view_person" if found.psn_no else "view", "finding", finding_id, {"page": "hearing"})
    context = {
        "finding": found,
        "verdict": asked,
        "comments": Comment.objects.filter(finding_id=finding_id, from_institution=True).select_related("author"),
        "attachments": Attachment.objects.filter(finding_id=finding_id, from_institution=True),
    }
    return render(request, "hearing/case.html", context)


@require_POST
@needs("hearing")
def hearing_answer(request: Request, finding_id: str) -> HttpResponse:
    """The institution's explanation, with or without a file."""
    found, _verdict = _asked(request, finding_id)
    text = request.POST.get("text", "").strip()[:MOST_TEXT]
    if text:
        Comment.objects.create(fixmedins_code=found.fixmedins_code, finding_id=finding_id, text=text, author=request.user, from_institution=True)
        record(request, "answer", "finding", finding_id)
        messages.success(request, _("说明已提交。"))
    if request.FILES.get("file"):
        keep_upload(request, found, finding_id, from_institution=True)
    elif not text:
        messages.error(request, _("请填写说明或选择文件。"))
    return redirect("hearing_case", finding_id=finding_id)


@require_POST
@needs("hearing")
def hearing_statement(request: Request, pk: int) -> HttpResponse:
    """The institution's statement in a case in which it is being heard."""
    heard = Case.objects.filter(pk=pk, fixmedins_code=request.user.fixmedins_code or "-", stage=Stage.HEARING).first()
    if heard is None:
        raise Http404
    try:
        enter(request, heard, StepKind.STATEMENT, day=timezone.localdate(), note=request.POST.get("text", "")[:MOST_TEXT])
        messages.success(request, _("陈述申辩已提交。"))
    except CaseError as error:
        messages.error(request, str(error))
    return redirect("hearing")


@require_GET
@needs("hearing")
def hearing_file(request: Request, pk: int) -> FileResponse:
    """A file the institution itself handed in."""
    kept = Attachment.objects.filter(pk=pk, fixmedins_code=request.user.fixmedins_code or "-", from_institution=True).first()
    if kept is None:
        raise Http404
    record(request, "download", "attachment", str(pk))
    return download(kept)
