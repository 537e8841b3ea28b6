"""Evidence pages: a finding's fee lines, the stay by day, the person's timeline, the dialysis calendar, stays side by side."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from features.person_evidence import PersonEvidence
from workbench.accounts.request import Request
from workbench.accounts.rights import in_counties, needs
from workbench.audit.chain import record
from workbench.cases.models import Attachment, Comment, Outcome
from workbench.cases.services import current
from workbench.results.models import Finding, Run, Suspect
from workbench.screens import evidence as read
from workbench.screens.cells import fee_line_rows
from workbench.screens.shared import finding_or_404, institution_or_404, page_of, subject_of, typed, wants_part

MOST_COMPARED = 4
LINES_A_PAGE = 50


def _log_view(request: Request, finding: Finding, what: str) -> None:
    record(request, "view_person" if finding.psn_no else "view", "finding", finding.finding_id, {"page": what, "psn_no": finding.psn_no})


def unmasked(request: Request, psn_no: str) -> bool:
    """True while the user's own unmasking of this person, given a reason, still holds."""
    until = request.session.get("unmasked", {}).get(psn_no, 0)
    return bool(psn_no) and until > time.time()


def clear_name(run: Run, t: PersonEvidence) -> str:
    """The person's name from the vault; empty where the installation shows none or the vault cannot be opened."""
    if not settings.REVEAL_HOOK:
        return ""
    tokens = t.persons["psn_name"].head(1).to_list()
    return (import_string(settings.REVEAL_HOOK)(run.lake, tokens[0]) or "") if tokens and tokens[0] else ""


def _context(request: Request, tab: str, finding_id: str) -> tuple[Run, Finding, PersonEvidence | None, dict[str, Any]]:
    run, finding = finding_or_404(request, finding_id)
    _log_view(request, finding, tab)
    t = read.evidence_for(run, finding)
    visit = read.visit_of(t, finding.mdtrt_id) if t is not None and finding.mdtrt_id else None
    context = {
        "run": run,
        "finding": finding,
        "tab": tab,
        "visit": visit,
        "clear": unmasked(request, finding.psn_no),
        "person_name": clear_name(run, t) if unmasked(request, finding.psn_no) and t is not None else "",
        "institution": Suspect.objects.filter(run=run, fixmedins_code=finding.fixmedins_code).defer("profile").first(),
        "on_dialysis": t is not None and read.on_dialysis(t),
        "no_lake": t is None and bool(finding.psn_no),
    }
    return run, finding, t, context


@require_GET
@needs("evidence")
def finding(request: Request, finding_id: str) -> HttpResponse:
    """The finding: what it says, the law, the lines at fault, the decision."""
    run, found, t, context = _context(request, "lines", finding_id)
    lines = read.marked_lines(run, found, t)
    page = page_of(request, lines.to_dicts(), LINES_A_PAGE)
    context |= {"page": page, "rows": fee_line_rows(page)}
    if wants_part(request):
        return render(request, "evidence/_lines.html", context)
    context |= {
        "settlements": read.settlements_of(t, found.mdtrt_id) if t is not None and found.mdtrt_id else [],
        "verdict": current(subject_of(found)),
        "outcomes": [choice for choice in Outcome.choices if choice[0] != Outcome.OPEN],
        "comments": Comment.objects.filter(finding_id=finding_id).select_related("author"),
        "attachments": Attachment.objects.filter(finding_id=finding_id).select_related("author"),
        "subject_url": f"/findings/{finding_id}/",
        "typed": typed(request, f"/findings/{finding_id}/"),
        "neighbours": _neighbours(found),
    }
    return render(request, "evidence/finding.html", context)


def _neighbours(found: Finding) -> dict[str, Finding | None]:
    """The next and the previous finding in the institution's list, for reading on. Many have the same amount: those stand in order of loading."""
    rows = Finding.objects.filter(run=found.run_id, fixmedins_code=found.fixmedins_code).only("finding_id", "amount_fen")
    alike, larger, smaller = (
        rows.filter(amount_fen=found.amount_fen),
        rows.filter(amount_fen__gt=found.amount_fen),
        rows.filter(amount_fen__lt=found.amount_fen),
    )
    return {
        "next": alike.filter(pk__gt=found.pk).order_by("pk").first() or smaller.order_by("-amount_fen", "pk").first(),
        "previous": alike.filter(pk__lt=found.pk).order_by("-pk").first() or larger.order_by("amount_fen", "-pk").first(),
    }


@require_GET
@needs("evidence")
def stay(request: Request, finding_id: str) -> HttpResponse:
    """The stay day by day."""
    _run, found, t, context = _context(request, "stay", finding_id)
    days = read.stay_days(t, found.mdtrt_id, found.line_list) if t is not None and found.mdtrt_id else {}
    places = _places(found, request, {row["fixmedins_code"] for row in days.get("elsewhere_rows", [])})
    for row in days.get("elsewhere_rows", []):
        row["place"] = places[row["fixmedins_code"]]
    names = {"bed": _("床位"), "nursing": _("护理"), "treatment": _("治疗手术"), "drug": _("药品"), "exam": _("检查化验"), "other": _("其他")}
    shown = {key: value for key, value in days.items() if key != "elsewhere_rows"}
    context |= {"days": days, "chart": shown, "names": {**names, "elsewhere": _("院外活动"), "faults": _("违规明细"), "unit": _("元")}}
    return render(request, "evidence/stay.html", context)


@require_GET
@needs("evidence")
def person(request: Request, finding_id: str) -> HttpResponse:
    """The person's visits across institutions. Institutions outside the user's counties appear by county only."""
    run, found, t, context = _context(request, "person", finding_id)
    rows = read.timeline(t) if t is not None else []
    codes = {row["fixmedins_code"] for row in rows}
    counties = dict(Suspect.objects.filter(run=run, fixmedins_code__in=codes).values_list("fixmedins_code", "admdvs"))
    places = _places(found, request, codes)
    for row in rows:
        row["place"] = places[row["fixmedins_code"]]
        row["county"] = counties.get(row["fixmedins_code"]) or row["fixmedins_code"][1:7]
        row["begin"], row["end"] = str(row["begn_date"] or ""), str(row["end_date"] or row["begn_date"] or "")
    context |= {"rows": list(reversed(rows)), "chart": _timeline_chart(rows)}
    return render(request, "evidence/person.html", context)


def _places(found: Finding, request: Request, codes: set[str]) -> dict[str, str]:
    """Institution code → name; those outside the user's counties bear none, but for the finding's own."""
    known = Suspect.objects.filter(run=found.run_id, fixmedins_code__in=codes)
    mine = in_counties(known, request.user) | known.filter(fixmedins_code=found.fixmedins_code)
    return dict.fromkeys(codes, _("其他区县机构")) | dict(mine.values_list("fixmedins_code", "fixmedins_name"))


def _timeline_chart(rows: list[dict[str, Any]]) -> dict[str, Any]:
    places = list(dict.fromkeys(row["place"] for row in rows))
    bars = [[places.index(r["place"]), r["begin"], r["end"], 1 if r["inpatient"] else 0, 1 if r["within"] else 0] for r in rows if r["begin"]]
    return {"places": places, "bars": bars, "names": [_("门诊/购药"), _("住院"), _("住院期间他处就诊")]}


@require_GET
@needs("evidence")
def dialysis(request: Request, finding_id: str) -> HttpResponse:
    """The person's dialysis calendar."""
    _run, found, t, context = _context(request, "dialysis", finding_id)
    context["calendar"] = read.dialysis_days(t, found.line_list) if t is not None else {}
    context["names"] = {"session": _("透析次数"), "fault": _("违规"), "weekdays": _("日 一 二 三 四 五 六").split(" ")}
    return render(request, "evidence/dialysis.html", context)


@require_GET
@needs("evidence")
def compare(request: Request, code: str) -> HttpResponse:
    """Up to four findings' stays of one institution side by side."""
    run, suspect = institution_or_404(request, code)
    ids = request.GET.getlist("f")[:MOST_COMPARED]
    found = list(Finding.objects.filter(run=run, fixmedins_code=code, finding_id__in=ids).exclude(mdtrt_id=""))
    columns = []
    for one in found:
        _log_view(request, one, "compare")
        t = read.evidence_for(run, one)
        if t is not None:
            columns.append(read.stay_summary(t, one))
    items = sorted({item for column in columns for item in column["items"] if item})
    return render(request, "evidence/compare.html", {"run": run, "suspect": suspect, "columns": columns, "items": items})


@require_POST
@needs("unmask")
def unmask(request: Request, finding_id: str) -> HttpResponse:
    """Shows this person's number in clear for a while, against a reason that goes into the audit log."""
    _run, found = finding_or_404(request, finding_id)
    reason = request.POST.get("reason", "").strip()
    if not found.psn_no:
        raise Http404
    if len(reason) < 4:
        messages.error(request, _("请写明查看理由（不少于4个字）。"))
    else:
        record(request, "unmask", "person", found.psn_no, {"reason": reason, "finding": finding_id})
        request.session["unmasked"] = {**request.session.get("unmasked", {}), found.psn_no: time.time() + settings.UNMASK_MINUTES * 60}
        messages.warning(request, _("已显示完整编号{}分钟，本次查看已记入审计日志。").format(settings.UNMASK_MINUTES))
    return redirect("finding", finding_id=finding_id)
