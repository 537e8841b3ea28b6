"""The audit administrator's page: who saw and did what, and whether the chain is whole."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from workbench.accounts.request import Request
from workbench.accounts.rights import needs
from workbench.audit.chain import record, verify
from workbench.audit.models import AuditEntry, AuditHead
from workbench.screens.audit_words import ACTIONS
from workbench.screens.shared import page_of


@require_GET
@needs("audit")
def audit(request: Request) -> HttpResponse:
    """The log, newest first, by user, action, object and day."""
    rows = AuditEntry.objects.order_by("-seq")
    for name, column in (("user", "username"), ("action", "action"), ("object", "object_id")):
        value = request.GET.get(name, "").strip().replace("\x00", "")
        if value:
            rows = rows.filter(**{column: value})
    bounds = _day(request.GET.get("day", ""))
    if bounds:
        rows = rows.filter(at__gte=bounds[0], at__lt=bounds[1])
    head = AuditHead.objects.filter(pk=1).first()
    filtered = any(request.GET.get(name) for name in ("user", "action", "object", "day"))
    page = page_of(request, rows, 100, None if filtered or head is None else head.seq)
    oldest = AuditEntry.objects.order_by("seq").first()
    return render(request, "audit/page.html", {"page": page, "head": head, "oldest": oldest, "actions": list(ACTIONS.items()), "params": request.GET})


def _day(text: str) -> tuple[str, str] | None:
    """First and last moment of a day of the bureau's own time, as entries write them (ISO 8601, UTC); None for no day."""
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None:
        return None
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start.astimezone(UTC).isoformat(timespec="microseconds"), (start + timedelta(days=1)).astimezone(UTC).isoformat(timespec="microseconds")


@require_POST
@needs("audit")
def audit_verify(request: Request) -> HttpResponse:
    """Walks the whole chain and says whether it is whole."""
    result = verify()
    if result.broken_at is None:
        messages.success(request, _("校验通过：共{}条记录，链条完整。").format(result.entries))
    else:
        messages.error(request, _("校验失败：第{}条记录处断裂（{}）。").format(result.broken_at, _reasons().get(result.reason, result.reason)))
    record(request, "audit_verified", "audit", "", {"entries": result.entries, "broken_at": result.broken_at})
    return redirect("audit")


def _reasons() -> dict[str, str]:
    return {
        "missing entry": _("缺少记录"),
        "changed entry": _("记录被改动"),
        "missing head": _("缺少链尾"),
        "forged head": _("链尾被改动"),
        "entries cut off at the end": _("末尾记录被截去"),
    }
