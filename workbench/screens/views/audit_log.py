"""The audit administrator's page: who saw and did what, and whether the chain is whole."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from workbench.accounts.request import Request
from workbench.accounts.rights import needs
from workbench.audit.chain import record, verify
from workbench.audit.models import AuditEntry, AuditHead
from workbench.screens.shared import page_of

ACTIONS = (
    "login",
    "login_failed",
    "user_locked",
    "view",
    "view_person",
    "unmask",
    "export",
    "verdict",
    "review",
    "attach",
    "download",
    "granted",
    "propose",
)


@require_GET
@needs("audit")
def audit(request: Request) -> HttpResponse:
    """The log, newest first, by user, action, object and day."""
    rows = AuditEntry.objects.order_by("-seq")
    for name, column in (("user", "username"), ("action", "action"), ("object", "object_id")):
        value = request.GET.get(name, "").strip().replace("\x00", "")
        if value:
            rows = rows.filter(**{column: value})
    day = request.GET.get("day", "").strip().replace("\x00", "")
    if day:
        rows = rows.filter(at__startswith=day)
    head = AuditHead.objects.filter(pk=1).first()
    filtered = any(request.GET.get(name) for name in ("user", "action", "object", "day"))
    page = page_of(request, rows, 100, None if filtered or head is None else head.seq)
    return render(request, "audit/page.html", {"page": page, "head": head, "actions": ACTIONS, "params": request.GET})


@require_POST
@needs("audit")
def audit_verify(request: Request) -> HttpResponse:
    """Walks the whole chain and says whether it is whole."""
    result = verify()
    if result.broken_at is None:
        messages.success(request, _("校验通过：共{}条记录，链条完整。").format(result.entries))
    else:
        messages.error(request, _("校验失败：第{}条记录处断裂（{}）。").format(result.broken_at, result.reason))
    record(request, "audit_verified", "audit", "", {"entries": result.entries, "broken_at": result.broken_at})
    return redirect("audit")
