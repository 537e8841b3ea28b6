"""Deciding: verdicts under optimistic locking with history and undo, review by a second person, bulk, export for the models' memory."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import polars as pl
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from models.verdicts import VERDICT_SCHEMA
from workbench.accounts.models import User
from workbench.audit.chain import record
from workbench.cases.models import Outcome, Review, Verdict, VerdictChange

STATE_FIELDS = ("outcome", "amount_fen", "reason", "review", "author_id", "reviewer_id")
#: Outcomes that a second person must agree to before they count.
REVIEWED = frozenset({Outcome.CONFIRMED, Outcome.PARTLY, Outcome.DISMISSED})
MIN_REASON = 4


class VerdictError(ValueError):
    """The decision cannot be taken as given; the message says why, in the user's language."""


class Conflict(VerdictError):  # noqa: N818  a conflict is not a fault
    """Somebody else decided in the meantime; ``current`` is what stands now."""

    def __init__(self, current: Verdict) -> None:
        super().__init__(_("他人已于此间作出判定，请核对后重新提交。"))
        self.current = current


@dataclass(frozen=True, slots=True)
class Subject:
    """What is decided on: an institution, or one finding of it."""

    fixmedins_code: str
    admdvs: str
    finding_id: str = ""
    rule_id: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides. ``version`` is the version he saw (0 = there was none)."""

    outcome: str
    reason: str
    amount_fen: int | None
    version: int


def current(subject: Subject) -> Verdict | None:
    """The verdict in force, or None."""
    return Verdict.objects.filter(fixmedins_code=subject.fixmedins_code, finding_id=subject.finding_id).select_related("author", "reviewer").first()


def decide(request: Any, subject: Subject, decision: Decision, run: Any, *, batch: str = "", most_fen: int | None = None) -> Verdict:
    """Takes a decision. Raises VerdictError (bad input) or Conflict (somebody was faster)."""
    _check(decision, most_fen)
    after = {
        "outcome": decision.outcome,
        "amount_fen": decision.amount_fen if decision.outcome in (Outcome.PARTLY, Outcome.CONFIRMED) else None,
        "reason": decision.reason.strip(),
        "review": Review.WAITING if decision.outcome in REVIEWED else Review.NONE,
        "author_id": request.user.pk,
        "reviewer_id": None,
    }
    with transaction.atomic():
        verdict = _write(request.user, subject, decision.version, after, run, batch=batch)
        record(request, "verdict", "finding" if subject.finding_id else "institution", subject.finding_id or subject.fixmedins_code, after)
    return verdict


def review(request: Any, verdict: Verdict, *, agree: bool, version: int, remark: str) -> Verdict:
    """A second person agrees or sends back. Raises VerdictError when it is the author himself or nothing waits."""
    if verdict.review != Review.WAITING:
        raise VerdictError(_("该判定不在待复核状态。"))
    if verdict.author_id == request.user.pk:
        raise VerdictError(_("不得复核本人作出的判定。"))
    if not agree and len(remark.strip()) < MIN_REASON:
        raise VerdictError(_("退回须写明理由。"))
    state = {name: getattr(verdict, name) for name in STATE_FIELDS}
    after = {**state, "review": Review.AGREED if agree else Review.SENT_BACK, "reviewer_id": request.user.pk}
    if remark.strip():
        after["reason"] = f"{state['reason']}\n〔{request.user.name}〕{remark.strip()}"
    with transaction.atomic():
        changed = _write(request.user, _subject(verdict), version, after, verdict.run)
        record(request, "review", "verdict", str(verdict.pk), {"agree": agree, "version": changed.version})
    return changed


def undo(request: Any, verdict: Verdict, version: int) -> Verdict:
    """Takes back the last change, if it was one's own. The undoing is itself a change in the history."""
    last = verdict.changes.first()
    if last is None or last.author_id != request.user.pk or last.undo:
        raise VerdictError(_("只能撤销本人最近一次的判定。"))
    with transaction.atomic():
        changed = _write(request.user, _subject(verdict), version, last.before, verdict.run, undo=True)
        record(request, "verdict_undone", "verdict", str(verdict.pk), {"to_version_before": last.version})
    return changed


def decide_many(request: Any, subjects: Sequence[tuple[Subject, int, int | None]], outcome: str, reason: str, run: Any) -> tuple[str, int, int]:
    """One decision on many subjects, each with the version seen and the fen upheld (None where nothing is). Gives the batch id, how many were
    decided, how many were left for a conflict."""
    batch, done, left = str(uuid.uuid4()), 0, 0
    for subject, version, amount_fen in subjects:
        try:
            decide(request, subject, Decision(outcome, reason, amount_fen, version), run, batch=batch)
            done += 1
        except Conflict:
            left += 1
    return batch, done, left


def undo_batch(request: Any, batch: str) -> int:
    """Takes back a bulk decision of one's own where nothing has changed since."""
    undone = 0
    for change in VerdictChange.objects.filter(batch=batch, author=request.user).select_related("verdict"):
        if change.verdict.version == change.version:
            undo(request, change.verdict, change.version)
            undone += 1
    return undone


def review_many(request: Any, verdicts: list[tuple[Verdict, int]]) -> tuple[int, int]:
    """Agrees to many verdicts, each with the version seen. Gives how many were agreed to and how many could not be (one's own, changed meanwhile)."""
    done, left = 0, 0
    for verdict, version in verdicts:
        try:
            review(request, verdict, agree=True, version=version, remark="")
            done += 1
        except VerdictError:
            left += 1
    return done, left


#: Outcomes in the words of the models' memory (models.verdicts).
MEMORY_WORDS = {Outcome.CONFIRMED: "confirmed", Outcome.PARTLY: "partly_confirmed", Outcome.DISMISSED: "dismissed", Outcome.RETURNED: "returned"}


def export_verdicts(path: Path) -> int:
    """Writes the verdicts in force on findings as ``verdicts.parquet`` (models.verdicts.VERDICT_SCHEMA) for the models' memory.

    Confirmed, partly confirmed and dismissed count only once a second person has agreed. Gives the number of rows.
    """
    settled = Q(review=Review.AGREED) | Q(outcome=Outcome.RETURNED)
    found = Verdict.objects.filter(settled).exclude(finding_id="").exclude(outcome=Outcome.OPEN).order_by("finding_id")
    rows = [
        {
            "finding_id": v.finding_id,
            "rule_id": v.rule_id,
            "fixmedins_code": v.fixmedins_code,
            "verdict": MEMORY_WORDS[Outcome(v.outcome)],
            "amount": v.amount_fen / 100 if v.amount_fen is not None else None,
            "reason": v.reason,
            "decided_at": v.changed.astimezone(UTC).replace(tzinfo=None),
        }
        for v in found
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    pl.DataFrame(rows, schema=VERDICT_SCHEMA).write_parquet(temporary)
    temporary.replace(path)
    return len(rows)


def _check(decision: Decision, most_fen: int | None) -> None:
    if decision.outcome not in Outcome.values or decision.outcome == Outcome.OPEN:
        raise VerdictError(_("请选择判定结果。"))
    if decision.outcome in (Outcome.DISMISSED, Outcome.RETURNED, Outcome.PARTLY) and len(decision.reason.strip()) < MIN_REASON:
        raise VerdictError(_("该判定须写明理由（不少于4个字）。"))
    if decision.outcome == Outcome.PARTLY and decision.amount_fen is None:
        raise VerdictError(_("部分属实须填写认定金额。"))
    if decision.amount_fen is not None and decision.amount_fen < 0:
        raise VerdictError(_("认定金额不得为负。"))
    if decision.amount_fen is not None and most_fen is not None and decision.amount_fen > most_fen:
        raise VerdictError(_("认定金额不得大于涉及金额。"))


def _write(user: User, subject: Subject, version: int, after: dict[str, Any], run: Any, *, batch: str = "", undo: bool = False) -> Verdict:
    now = timezone.now()
    if version == 0:
        try:
            with transaction.atomic():
                verdict = Verdict.objects.create(
                    fixmedins_code=subject.fixmedins_code,
                    finding_id=subject.finding_id,
                    rule_id=subject.rule_id,
                    kind=subject.kind,
                    admdvs=subject.admdvs,
                    run=run,
                    version=1,
                    changed=now,
                    **after,
                )
        except IntegrityError:
            standing = current(subject)
            if standing is None:
                raise
            raise Conflict(standing) from None
        before: dict[str, Any] = {
            "outcome": Outcome.OPEN,
            "amount_fen": None,
            "reason": "",
            "review": Review.NONE,
            "author_id": None,
            "reviewer_id": None,
        }
    else:
        standing = current(subject)
        if standing is None or standing.version != version:
            raise Conflict(standing) if standing else VerdictError(_("该判定已不存在。"))
        before = {name: getattr(standing, name) for name in STATE_FIELDS}
        updated = Verdict.objects.filter(pk=standing.pk, version=version).update(version=version + 1, changed=now, run=run, **after)
        if not updated:
            standing.refresh_from_db()
            raise Conflict(standing)
        verdict = Verdict.objects.get(pk=standing.pk)
    VerdictChange.objects.create(verdict=verdict, version=verdict.version, before=before, after=after, author=user, at=now, undo=undo, batch=batch)
    return verdict


def _subject(verdict: Verdict) -> Subject:
    return Subject(verdict.fixmedins_code, verdict.admdvs, verdict.finding_id, verdict.rule_id, verdict.kind)
