"""Deciding on institutions and findings: verdict, review, undo, comments, attachments; the page of verdicts."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from workbench.accounts.models import Role, User
from workbench.accounts.request import Request
from workbench.accounts.rights import in_counties, lent, may, needs, or_404, sees_county
from workbench.audit.chain import record
from workbench.cases.models import Attachment, Comment, Outcome, Review, Verdict
from workbench.cases.services import Conflict, Decision, VerdictError, decide, decide_many, review, review_many, undo
from workbench.cases.uploads import UploadError, download, store
from workbench.results.models import Finding, Run, Suspect
from workbench.screens.shared import fen_from, finding_or_404, institution_or_404, keep_typed, page_of, subject_of, whole_number

MENTION = re.compile(r"@([\w.+-]{1,150})")
MOST_TEXT = 4000
#: ticked findings or verdicts that one click decides on
MOST_TICKED = 500
#: Of a decision's form: what is shown again when it was refused.
TYPED = ("outcome", "amount", "reason")
BULK_OUTCOMES = (Outcome.CONFIRMED, Outcome.DISMISSED, Outcome.RETURNED)


def _thing(request: Request, code: str, finding_id: str) -> tuple[Run, Suspect | Finding, str]:
    if finding_id:
        run, finding = finding_or_404(request, finding_id)
        return run, finding, f"/findings/{finding_id}/"
    run, suspect = institution_or_404(request, code)
    return run, suspect, f"/institutions/{code}/"


@require_POST
@needs("verdict")
def verdict(request: Request, code: str = "", finding_id: str = "") -> HttpResponse:
    """Takes a decision; when somebody else was faster, his decision is shown and nothing is overwritten (409)."""
    run, thing, address = _thing(request, code, finding_id)
    reason = request.POST.get("reason", "")[:MOST_TEXT]
    try:
        amount = fen_from(request.POST.get("amount"))
        if amount is None and request.POST.get("outcome") == Outcome.CONFIRMED:
            amount = thing.amount_fen
        decision = Decision(request.POST.get("outcome", ""), reason, amount, whole_number(request.POST.get("version")))
        decide(request, subject_of(thing), decision, run, most_fen=thing.amount_fen)
    except Conflict as conflict:
        context = {
            "current": conflict.current,
            "mine": request.POST,
            "address": address,
            "outcome_label": dict(Outcome.choices).get(request.POST.get("outcome", "")),
        }
        return render(request, "decisions/conflict.html", context, status=409)
    except VerdictError as error:
        messages.error(request, str(error))
        keep_typed(request, address, *TYPED)
    except ValueError:
        messages.error(request, _("金额应为数字（元）。"))
        keep_typed(request, address, *TYPED)
    else:
        messages.success(request, _("判定已记录，复核通过前可撤销。"))
    return redirect(f"{address}#verdict")


@require_POST
@needs("bulk")
def bulk_findings(request: Request, code: str) -> HttpResponse:
    """One decision on the ticked findings of an institution, as far as nobody decided on them meanwhile; confirmed ones at their whole amount."""
    run, _suspect = institution_or_404(request, code)
    outcome, back = request.POST.get("outcome", ""), f"/institutions/{code}/?{urlencode({'run': run.run_id})}#findings"
    rows = Finding.objects.filter(run=run, fixmedins_code=code, finding_id__in=request.POST.getlist("f")[:MOST_TICKED])
    if outcome not in BULK_OUTCOMES or not rows:
        messages.error(request, _("请勾选疑点并选择判定结果。"))
        return redirect(back)
    subjects = [
        (subject_of(row), whole_number(request.POST.get(f"version-{row.finding_id}")), row.amount_fen if outcome == Outcome.CONFIRMED else None)
        for row in rows
    ]
    try:
        batch, done, left = decide_many(request, subjects, outcome, request.POST.get("reason", "")[:MOST_TEXT], run)
    except VerdictError as error:
        messages.error(request, str(error))
        return redirect(back)
    request.session["last_batch"], request.session["last_batch_of"] = batch, code
    messages.success(request, _("已判定{}条疑点。").format(done))
    if left:
        messages.warning(request, _("{}条疑点已被他人判定，未覆盖。").format(left))
    return redirect(back)


@require_POST
@needs("verdict")
def undo_verdict(request: Request, pk: int) -> HttpResponse:
    """Takes back one's own last decision."""
    standing = _verdict_or_404(request, pk)
    try:
        undo(request, standing, whole_number(request.POST.get("version")))
        messages.success(request, _("判定已撤销。"))
    except VerdictError as error:
        messages.error(request, str(error))
    return redirect(_address(standing))


@require_POST
@needs("review")
def review_verdict(request: Request, pk: int) -> HttpResponse:
    """A second person agrees or sends back."""
    standing = _verdict_or_404(request, pk)
    try:
        agree = request.POST.get("agree") == "1"
        review(request, standing, agree=agree, version=whole_number(request.POST.get("version")), remark=request.POST.get("remark", "")[:MOST_TEXT])
        messages.success(request, _("复核意见已记录。"))
    except VerdictError as error:
        messages.error(request, str(error))
    return redirect("verdicts")


@require_POST
@needs("review")
def review_verdicts(request: Request) -> HttpResponse:
    """A second person agrees to the ticked verdicts; one's own and those changed meanwhile stay as they are."""
    wanted = [int(pk) for pk in request.POST.getlist("pk")[:MOST_TICKED] if pk.isdigit()]
    rows = in_counties(Verdict.objects.filter(pk__in=wanted), request.user).select_related("author", "run")
    done, left = review_many(request, [(row, whole_number(request.POST.get(f"version-{row.pk}"))) for row in rows])
    messages.success(request, _("已复核通过{}项判定。").format(done))
    if left:
        messages.warning(request, _("{}项为本人作出或已有变动，未处理。").format(left))
    return redirect("verdicts")


def _verdict_or_404(request: Request, pk: int) -> Verdict:
    found: Verdict = or_404(request.user, Verdict.objects.filter(pk=pk).select_related("author", "run").first())
    return found


def _address(standing: Verdict) -> str:
    return f"/findings/{standing.finding_id}/#verdict" if standing.finding_id else f"/institutions/{standing.fixmedins_code}/#verdict"


@require_GET
@needs("suspects")
def verdicts(request: Request) -> HttpResponse:
    """Verdicts of the user's counties: what waits for review, one's own, all; and where one is mentioned."""
    rows: QuerySet[Verdict] = Verdict.objects.exclude(outcome=Outcome.OPEN).select_related("author", "reviewer").order_by("-changed")
    shown = request.GET.get("show") or ("waiting" if may(request.user, "review") else "mine")
    # one's own may lie in another county, where one handled a case
    rows = rows.filter(author=request.user) if shown == "mine" else in_counties(rows, request.user)
    if shown == "waiting":
        rows = rows.filter(review=Review.WAITING)
    page = page_of(request, rows)
    page.object_list = list(page.object_list)
    names = dict(
        Suspect.objects.filter(fixmedins_code__in={v.fixmedins_code for v in page.object_list}).values_list("fixmedins_code", "fixmedins_name")
    )
    for row in page.object_list:
        row.name, row.address = names.get(row.fixmedins_code, row.fixmedins_code), _address(row)
    mentions = Comment.objects.filter(mentions=request.user).select_related("author").order_by("-at")[:20]
    return render(request, "decisions/verdicts.html", {"page": page, "shown": shown, "mentions": mentions})


@require_POST
@needs("comment")
def comment(request: Request, code: str = "", finding_id: str = "") -> HttpResponse:
    """A remark; users named with @ who may see the case are told."""
    _run, thing, address = _thing(request, code, finding_id)
    text = request.POST.get("text", "").strip()[:MOST_TEXT]
    if not text:
        messages.error(request, _("评论是空的。"))
        return redirect(f"{address}#comments")
    made = Comment.objects.create(fixmedins_code=thing.fixmedins_code, finding_id=finding_id, text=text, author=request.user)
    named = User.objects.filter(username__in=set(MENTION.findall(text)), is_active=True).exclude(role=Role.INSTITUTION)
    made.mentions.set([user for user in named if (sees_county(user, thing.admdvs) or lent(user, thing)) and may(user, "suspects")])
    record(request, "comment", "finding" if finding_id else "institution", finding_id or code)
    return redirect(f"{address}#comments")


@require_POST
@needs("comment")
def attach(request: Request, code: str = "", finding_id: str = "") -> HttpResponse:
    """A file beside the case, checked for type and size."""
    _run, thing, address = _thing(request, code, finding_id)
    keep_upload(request, thing, finding_id)
    return redirect(f"{address}#attachments")


def keep_upload(request: Request, thing: Any, finding_id: str, *, from_institution: bool = False) -> bool:
    """Stores the uploaded file, or tells the user why not."""
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("请选择文件。"))
        return False
    try:
        kept = store(
            upload,
            fixmedins_code=thing.fixmedins_code,
            admdvs=thing.admdvs,
            finding_id=finding_id,
            user=request.user,
            from_institution=from_institution,
        )
    except UploadError as error:
        messages.error(request, str(error))
        return False
    record(request, "attach", "attachment", str(kept.pk), {"sha256": kept.digest, "size": kept.size})
    messages.success(request, _("附件已保存。"))
    return True


@require_GET
@needs("suspects")
def attachment(request: Request, pk: int) -> FileResponse:
    """An attachment as a download."""
    kept = or_404(request.user, Attachment.objects.filter(pk=pk).first())
    if kept.finding_id and not may(request.user, "evidence"):
        raise Http404
    record(request, "download", "attachment", str(pk), {"sha256": kept.digest})
    return download(kept)
