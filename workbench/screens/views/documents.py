"""Official documents about an institution: the page where one is chosen and filled in, and the document itself as a download."""

from __future__ import annotations

import os
from dataclasses import asdict, fields
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from workbench.accounts.request import Request
from workbench.accounts.rights import needs
from workbench.audit.chain import record
from workbench.cases.models import Outcome, Review
from workbench.cases.services import current
from workbench.documents.case_file import MOST_FINDINGS, chosen, gather, upheld
from workbench.documents.render import DOCUMENTS, LINES_WORKBOOK, Filled, lines_workbook, word
from workbench.results.models import Finding, RuleTotal, Run, Suspect
from workbench.screens.shared import institution_or_404, subject_of

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: findings whose lines the workbook takes
MOST_IN_WORKBOOK = 5000
LONGEST_FIELD = 200


@require_http_methods(["GET", "POST"])
@needs("documents")
def institution_documents(request: Request, code: str) -> HttpResponse:
    """GET: what can be made of which matters. POST: the document."""
    run, suspect = institution_or_404(request, code)
    given = request.POST if request.method == "POST" else request.GET
    ids, rule_id = given.getlist("f")[:MOST_FINDINGS], given.get("rule", "")
    rows = Finding.objects.none() if _dismissed(suspect) else chosen(run, code, ids, rule_id)
    if request.method == "POST":
        return _made(request, run, suspect, rows, {"run": run.run_id, "rule": rule_id, "f": ids})
    kept = request.session.get("documents", {})
    context = {
        "run": run,
        "suspect": suspect,
        "ids": ids,
        "rule_id": rule_id,
        "rules": RuleTotal.objects.filter(run=run, fixmedins_code=code).order_by("-amount_fen"),
        "n_open": rows.count(),
        "n_upheld": upheld(rows, suspect).count(),
        "dismissed": _dismissed(suspect),
        "most": MOST_FINDINGS,
        "documents": [(name, document) for name, document in DOCUMENTS.items()],
        "filled": {"bureau": os.environ.get("HUOYAN_BUREAU", ""), "officers": request.user.name, "days": "10", **kept},
    }
    return render(request, "institution/documents.html", context)


def _dismissed(suspect: Suspect) -> bool:
    """True where the institution as a whole was found innocent, also while the review waits: no document accuses it then."""
    verdict = current(subject_of(suspect))
    return verdict is not None and verdict.outcome == Outcome.DISMISSED and verdict.review != Review.SENT_BACK


def _made(request: Request, run: Run, suspect: Suspect, rows: QuerySet[Finding], choice: dict[str, Any]) -> HttpResponse:
    name = request.POST.get("document", "")
    filled = Filled(**{field.name: request.POST.get(field.name, "")[:LONGEST_FIELD] for field in fields(Filled)})
    request.session["documents"] = {key: value for key, value in asdict(filled).items() if key != "number"}
    back = f"{reverse('institution_documents', args=[suspect.fixmedins_code])}?{urlencode(choice, doseq=True)}"
    if name not in DOCUMENTS and name != LINES_WORKBOOK:
        messages.error(request, _("请选择文书。"))
        return redirect(back)
    decided = name in DOCUMENTS and DOCUMENTS[name].decided
    if decided:
        rows = upheld(rows, suspect)
    if not rows.exists():
        messages.error(request, _("没有已判定属实并经复核的疑点，不能制作此文书。") if decided else _("没有可列入的疑点。"))
        return redirect(back)
    case = gather(run, suspect, rows, decided=decided, most=MOST_IN_WORKBOOK if name == LINES_WORKBOOK else MOST_FINDINGS)
    today, made_by = timezone.localdate(), f"{request.user.name}（{request.user.username}）"
    record(request, "document", "institution", suspect.fixmedins_code, {"document": name, "findings": len(case.matters), "run": run.run_id})
    if name == LINES_WORKBOOK:
        content, kind, title, suffix = lines_workbook(case, made_by=made_by, today=today), SHEET_TYPE, "费用明细表", "xlsx"
    else:
        content, kind, suffix = word(name, case, filled, made_by=made_by, today=today), WORD_TYPE, "docx"
        title = str(DOCUMENTS[name].title)
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{title}-{suspect.fixmedins_name}-{today:%Y%m%d}.{suffix}") or ""
    return response
