"""Adding to and verifying the audit log.

Each entry's digest is an HMAC-SHA256, under a key that does not lie in the database, of its content and the digest before. The head
row holds the last number and digest under a seal of the same key, so that entries cut off at the end are noticed too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from workbench.audit.models import AuditEntry, AuditHead

FIELDS = ("at", "username", "role", "address", "action", "object_type", "object_id", "detail")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier found: entries read, and where the chain breaks (None = whole)."""

    entries: int
    broken_at: int | None
    reason: str


def record(request: Any, action: str, object_type: str = "", object_id: str = "", detail: dict[str, Any] | None = None, *, user: Any = None) -> None:
    """Adds an entry. ``request`` may be None (command line); ``user`` stands in when the request has none yet."""
    who = user if user is not None else getattr(request, "user", None)
    known = getattr(who, "is_authenticated", False)
    content = {
        "at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "username": getattr(who, "username", "") if known else ("" if request is not None else "command line"),
        "role": getattr(who, "role", "") if known else "",
        "address": (request.META.get("REMOTE_ADDR") or "")[:45] if request is not None else "",
        "action": action,
        "object_type": object_type,
        "object_id": str(object_id)[:80],
        "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str) if detail else "",
    }
    with transaction.atomic():
        head = _head()
        seq = head.seq + 1
        digest = _digest(seq, content, head.digest)
        AuditEntry.objects.create(seq=seq, previous=head.digest, digest=digest, **content)
        AuditHead.objects.filter(pk=1).update(seq=seq, digest=digest, seal=_seal(seq, digest))


def _head() -> AuditHead:
    """The head, locked. Two first entries at once make one head: the later waits for the earlier and goes on from it."""
    heads = AuditHead.objects.select_for_update().filter(pk=1)
    head = heads.first()
    if head is None:
        with suppress(IntegrityError), transaction.atomic():
            AuditHead.objects.create(pk=1, seal=_seal(0, "0" * 64))
        head = heads.get()
    return head


def verify() -> Verdict:
    """Walks the whole chain. Finds changed, removed, inserted and cut-off entries."""
    before, number = "0" * 64, 0
    for entry in AuditEntry.objects.order_by("seq").iterator(chunk_size=5000):
        number += 1
        if entry.seq != number:
            return Verdict(number - 1, number, "missing entry")
        if entry.previous != before or entry.digest != _digest(entry.seq, {name: getattr(entry, name) for name in FIELDS}, before):
            return Verdict(number - 1, number, "changed entry")
        before = entry.digest
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        return Verdict(number, None if number == 0 else number, "" if number == 0 else "missing head")
    if head.seal != _seal(head.seq, head.digest):
        return Verdict(number, number + 1, "forged head")
    if (head.seq, head.digest) != (number, before):
        return Verdict(number, number + 1, "entries cut off at the end")
    return Verdict(number, None, "")


def _digest(seq: int, content: dict[str, str], before: str) -> str:
    text = json.dumps([seq, *(content[name] for name in FIELDS), before], ensure_ascii=False)
    return hmac.new(settings.AUDIT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _seal(seq: int, digest: str) -> str:
    return hmac.new(settings.AUDIT_KEY.encode(), f"head:{seq}:{digest}".encode(), hashlib.sha256).hexdigest()
