"""A case's way: clue → check → hearing → handling → recovery → closed; who may take which step, and what must have been done before.

Nobody is handled unheard, two inspect, whoever handles a case does not settle it himself, and a cleared institution is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from workbench.accounts.models import User
from workbench.accounts.rights import county_codes, may
from workbench.audit.chain import record
from workbench.cases.models import Case, CaseStep, Origin, Outcome, Result, Review, Stage, StepKind, Verdict
from workbench.cases.services import MIN_REASON, VerdictError
from workbench.results.parameters import of_run

#: Where each stage may lead.
MOVES: Final[dict[str, tuple[str, ...]]] = {
    Stage.CLUE: (Stage.CHECKING, Stage.CLOSED),
    Stage.CHECKING: (Stage.HEARING, Stage.CLOSED),
    Stage.HEARING: (Stage.HANDLING, Stage.CHECKING, Stage.CLOSED),
    Stage.HANDLING: (Stage.RECOVERING, Stage.CLOSED),
    Stage.RECOVERING: (Stage.CLOSED,),
    Stage.CLOSED: (),
}
#: Moves that a second person makes: what is owed, and the end.
SETTLED: Final = frozenset({Stage.RECOVERING, Stage.CLOSED})
#: How a case may end from each stage.
RESULTS: Final[dict[str, tuple[str, ...]]] = {
    Stage.CLUE: (Result.DROPPED,),
    Stage.CHECKING: (Result.CLEARED, Result.TRANSFERRED),
    Stage.HEARING: (Result.CLEARED, Result.TRANSFERRED),
    Stage.HANDLING: (Result.HANDLED, Result.TRANSFERRED),
    Stage.RECOVERING: (Result.HANDLED, Result.TRANSFERRED),
}
#: What may be entered while a case is open, beside moving it.
ENTRIES: Final = (
    StepKind.VISIT, StepKind.INTERVIEW, StepKind.NOTICE, StepKind.STATEMENT, StepKind.HEARD, StepKind.MEASURE, StepKind.RECOVERED,
    StepKind.RECTIFIED, StepKind.HANDED_OVER, StepKind.REVIEW, StepKind.NOTE,
)  # fmt: skip
FEWEST_HANDLERS = 2
NUMBER_LENGTH: Final = Case.number.field.max_length or 0
#: What counts as having heard the institution.
HEARD: Final = (StepKind.INTERVIEW, StepKind.STATEMENT, StepKind.HEARD)


class CaseError(VerdictError):
    """The step cannot be taken; the message says why, in the user's language."""


def visible(user: User) -> QuerySet[Case]:
    """The cases of the user's counties and those he handles elsewhere."""
    if user.all_counties:
        return Case.objects.all()
    return Case.objects.filter(Q(admdvs__in=county_codes(user)) | Q(pk__in=user.cases.values("pk")))


def open_case(request: Any, suspect: Any, *, origin: str, reason: str, team: str = "") -> Case:
    """Registers a clue on an institution (a row of a run's ranking). Raises CaseError where one is open already.

    Its number follows the city's ``cases.number_format``; the serial counts the year's cases.
    """
    if origin not in Origin.values:
        raise CaseError(_("请选择线索来源。"))
    if len(reason.strip()) < MIN_REASON:
        raise CaseError(_("请写明线索内容（不少于4个字）。"))
    with transaction.atomic():
        try:
            with transaction.atomic():  # the database keeps a second open case out, whoever is faster
                case = Case.objects.create(
                    fixmedins_code=suspect.fixmedins_code,
                    fixmedins_name=suspect.fixmedins_name,
                    admdvs=suspect.admdvs,
                    run=suspect.run,
                    origin=origin,
                    reason=reason.strip(),
                    team=team,
                    opened_by=request.user,
                )
        except IntegrityError:
            raise CaseError(_("该机构已有未结案件。")) from None
        case.number = _number(case)
        case.save(update_fields=["number"])
        _enter(request, case, StepKind.OPENED, note=reason.strip())
    return case


def _number(case: Case) -> str:
    year = timezone.localdate(case.opened).year
    serial = Case.objects.filter(opened__year=year, pk__lte=case.pk).count()
    pattern = of_run(case.run_id, "cases")["number_format"]
    try:
        number = str(pattern.format(year=year, serial=serial))
    except (KeyError, IndexError, ValueError, AttributeError):
        raise CaseError(_("案件编号格式“{}”有误，请管理员改正参数 cases.number_format。").format(pattern)) from None
    if len(number) > NUMBER_LENGTH or Case.objects.filter(number=number).exists():
        raise CaseError(_("案件编号格式“{}”有误，请管理员改正参数 cases.number_format。").format(pattern))
    return number


def assign(request: Any, case: Case, handlers: Sequence[User], *, team: str, due: date | None, version: int) -> None:
    """Names the team and its auditors. Raises CaseError for fewer than two, or where somebody was faster."""
    if case.stage == Stage.CLOSED:
        raise CaseError(_("案件已结案。"))
    if len(handlers) < FEWEST_HANDLERS:
        raise CaseError(_("承办人不少于两人。"))
    with transaction.atomic():
        _change(case, version, team=team, due=due)
        case.handlers.set(handlers)
        names = "、".join(user.name for user in handlers)
        _enter(request, case, StepKind.ASSIGNED, note=names)


def enter(request: Any, case: Case, kind: str, *, day: date, note: str, amount_fen: int | None = None, receiver: str = "") -> None:
    """Puts something that was done into the file."""
    if case.stage == Stage.CLOSED:
        raise CaseError(_("案件已结案。"))
    if kind not in ENTRIES:
        raise CaseError(_("请选择办理事项。"))
    if day > timezone.localdate():
        raise CaseError(_("日期不得晚于今天。"))
    if kind == StepKind.RECOVERED:
        if case.stage != Stage.RECOVERING or not amount_fen or amount_fen < 0:
            raise CaseError(_("追回到账须在追回环节登记，并填写金额。"))
    elif len(note.strip()) < MIN_REASON:
        raise CaseError(_("请写明办理情况（不少于4个字）。"))
    if kind == StepKind.HANDED_OVER and not receiver.strip():
        raise CaseError(_("移送须写明接收机关。"))
    with transaction.atomic():
        # of two entries at one moment one is refused: money is counted once, and nothing is entered into a case that was closed meanwhile
        _change(case, case.version)
        amount = amount_fen if kind == StepKind.RECOVERED else None
        if amount and recovered(case) + amount > (case.owed_fen or 0):
            raise CaseError(_("追回合计不得大于应追回金额。"))
        _enter(
            request,
            case,
            kind,
            day=day,
            note=note.strip(),
            amount_fen=amount,
            receiver=receiver.strip()[:100] if kind == StepKind.HANDED_OVER else "",
        )


def move(request: Any, case: Case, to: str, *, note: str, version: int, owed_fen: int | None = None, result: str = "") -> None:
    """Takes the case to its next stage, when what must be done before is done. Raises CaseError saying what is lacking."""
    if to not in MOVES[case.stage]:
        raise CaseError(_("案件不能从“{}”转入该环节。").format(Stage(case.stage).label))
    lacking = _lacking(request.user, case, to, note=note, owed_fen=owed_fen, result=result)
    if lacking:
        raise CaseError(lacking)
    changes: dict[str, Any] = {"stage": to}
    if to == Stage.RECOVERING:
        changes["owed_fen"] = owed_fen
    if to == Stage.CLOSED:
        changes |= {"result": result, "closing": note.strip(), "closed": timezone.now()}
    with transaction.atomic():
        _change(case, version, **changes)
        _enter(request, case, StepKind.MOVED, note=note.strip(), amount_fen=owed_fen if to == Stage.RECOVERING else None)


def _lacking(user: User, case: Case, to: str, *, note: str, owed_fen: int | None, result: str) -> str:
    """What stands in the way; empty when nothing does."""
    handlers = set(case.handlers.values_list("pk", flat=True))
    if to == Stage.CHECKING and len(handlers) < FEWEST_HANDLERS:
        return _("请先分派不少于两名承办人。")
    if to in SETTLED and user.pk in handlers:
        return _("承办人不得审批本人承办的案件。")
    if to == Stage.HANDLING and not case.steps.filter(kind__in=HEARD).exists():
        return _("处理前须听取机构意见：请先登记约谈、陈述申辩或听证（放弃的也要登记）。")
    if to == Stage.RECOVERING and not (owed_fen and owed_fen > 0):
        return _("请填写应追回金额。")
    if to == Stage.CLOSED:
        return _lacking_at_the_end(case, note, result)
    return ""


def _lacking_at_the_end(case: Case, note: str, result: str) -> str:
    if result not in RESULTS[case.stage]:
        return _("请选择结案结果。")
    if len(note.strip()) < MIN_REASON:
        return _("结案须写明结论（不少于4个字）。")
    if result == Result.CLEARED and _found_true(case).exclude(review=Review.SENT_BACK).exists():
        return _("该机构有属实判定（复核通过或待复核），不能澄清结案。")
    if result == Result.TRANSFERRED and not case.steps.filter(kind=StepKind.HANDED_OVER).exists():
        return _("请先登记移送和接收机关。")
    if result == Result.HANDLED and case.stage == Stage.RECOVERING and recovered(case) < (case.owed_fen or 0):
        return _("应追回金额尚未全部到账，不能结案。")
    return ""


def upheld(case: Case) -> QuerySet[Verdict]:
    """Verdicts found true and agreed to that are this case's matter."""
    return _found_true(case).filter(review=Review.AGREED)


def _found_true(case: Case) -> QuerySet[Verdict]:
    """Verdicts found true since the institution's case before this one ended: what was decided first and then made a case belongs to it too."""
    true = Verdict.objects.filter(
        fixmedins_code=case.fixmedins_code, outcome__in=[Outcome.CONFIRMED, Outcome.PARTLY], changed__lte=case.closed or timezone.now()
    )
    before = Case.objects.filter(fixmedins_code=case.fixmedins_code, closed__lte=case.opened).order_by("closed").last()
    return true.filter(changed__gt=before.closed) if before else true


def recovered(case: Case) -> int:
    """Fen that came back so far."""
    return int(case.steps.filter(kind=StepKind.RECOVERED).aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def works_on(user: User, case: Case) -> bool:
    """True for its handlers and for who may assign cases."""
    return may(user, "assign") or (may(user, "case_work") and case.handlers.filter(pk=user.pk).exists())


def moves_for(user: User, case: Case) -> list[str]:
    """The stages to which the user may take the case."""
    handles = case.handlers.filter(pk=user.pk).exists()
    works = may(user, "case_work") and (handles or may(user, "assign"))
    return [to for to in MOVES[case.stage] if (may(user, "settle") and not handles if to in SETTLED else works)]


def _change(case: Case, version: int, **changes: Any) -> None:
    if not Case.objects.filter(pk=case.pk, version=version).update(version=version + 1, **changes):
        raise CaseError(_("他人已于此间办理本案，请核对后重新提交。"))
    case.refresh_from_db()


def _enter(
    request: Any, case: Case, kind: str, *, day: date | None = None, note: str = "", amount_fen: int | None = None, receiver: str = ""
) -> None:
    CaseStep.objects.create(
        case=case,
        kind=kind,
        stage=case.stage,
        day=day or timezone.localdate(),
        note=note,
        amount_fen=amount_fen,
        receiver=receiver,
        author=request.user,
    )
    detail = {"step": kind, "stage": case.stage, "fixmedins_code": case.fixmedins_code, "amount_fen": amount_fen}
    record(request, "case", "case", case.number or str(case.pk), detail)
