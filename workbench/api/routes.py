"""REST API under /api/ (OpenAPI at /api/openapi.json): runs, suspects, findings, verdicts. Tokens have exactly their user's rights."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import NinjaAPI, Path, Query, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer
from pydantic import Field

from workbench.accounts.models import ApiToken
from workbench.accounts.request import Request
from workbench.accounts.rights import in_counties, may, sees_county
from workbench.audit.chain import record
from workbench.cases.models import Outcome, Verdict
from workbench.cases.services import Conflict, Decision, VerdictError, current, decide
from workbench.results.models import Finding, Run, Suspect
from workbench.screens.shared import subject_of
from workbench.screens.suspect_list import base_list, filtered

MOST = 200
TEXT = r"^[^\x00]*$"


class Token(HttpBearer):
    """``Authorization: Bearer hy_…``"""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = ApiToken.objects.filter(digest=ApiToken.digest_of(token), expires__gt=timezone.now()).select_related("user").first()
        if found is None or not found.user.is_active or not may(found.user, "api"):
            return None
        if found.user.locked_until and found.user.locked_until > timezone.now():
            return None
        ApiToken.objects.filter(pk=found.pk).update(last_used=timezone.now())
        request.user = found.user
        return found.user


api = NinjaAPI(title="Huoyan", version="1", auth=Token(), docs_url=None, openapi_url="/openapi.json")


class Problem(Schema):
    """What went wrong."""

    detail: str


class RunOut(Schema):
    """One run."""

    run_id: str
    started: datetime
    n_suspects: int
    n_findings: int
    period_from: date | None
    period_to: date | None


class SuspectOut(Schema):
    """One institution in a run's ranking; money in yuan."""

    rank: int
    fixmedins_code: str
    fixmedins_name: str
    admdvs: str
    peer_group: str
    level: str
    score: float
    probability: float | None
    amount_at_issue: float
    fund_loss: float
    expected_recovery: float
    kinds: list[str]
    main_reason: str
    status: str


class FindingOut(Schema):
    """One finding; the person's number is masked as on the screens."""

    finding_id: str
    rule_id: str
    rule_version: str
    kind: str
    certainty: str
    fixmedins_code: str
    psn_no_masked: str
    mdtrt_id: str
    bkkp_sns: list[str]
    related_bkkp_sns: list[str]
    occurred_from: date | None
    occurred_to: date | None
    amount_at_issue: float
    fund_loss: float
    evidence: str
    legal_basis: list[str]


class VerdictOut(Schema):
    """The decision in force on an institution (finding_id empty) or a finding."""

    fixmedins_code: str
    finding_id: str
    outcome: str
    amount: float | None
    reason: str
    review: str
    version: int
    changed: datetime


class VerdictIn(Schema):
    """A decision. ``version`` is the version seen, 0 when there was none."""

    outcome: Outcome
    reason: str = Field("", max_length=4000, pattern=TEXT)
    amount: float | None = Field(None, ge=0, le=1e11)
    version: int = Field(0, ge=0, le=2**31 - 1)


class PageOf(Schema):
    """How far a list goes on."""

    total: int
    offset: int


class SuspectPage(PageOf):
    items: list[SuspectOut]


class FindingPage(PageOf):
    items: list[FindingOut]


class VerdictPage(PageOf):
    items: list[VerdictOut]


def _run(run_id: str | None) -> Run:
    runs = Run.objects.defer("info", "delivery")
    run = runs.filter(run_id=run_id).first() if run_id else runs.first()
    if run is None:
        raise HttpError(404, "No such run")
    return run


Offset = Query(0, ge=0, le=10_000_000)  # type: ignore[type-arg]  # ninja fills in the type
Limit = Query(50, ge=1, le=MOST)  # type: ignore[type-arg]  # ninja fills in the type
RunId = Query(None, max_length=64, pattern=TEXT)  # type: ignore[type-arg]  # ninja fills in the type
Text = Query("", max_length=200, pattern=TEXT)  # type: ignore[type-arg]  # ninja fills in the type
Code = Query(..., max_length=30, pattern=TEXT)  # type: ignore[type-arg]  # ninja fills in the type
Key = Path(..., max_length=40, pattern=r"^[^\x00/]+$")  # type: ignore[type-arg]  # ninja fills in the type
ERRORS = {401: Problem, 403: Problem, 404: Problem}


@api.get("/runs", response={200: list[RunOut], 401: Problem})
def runs(request: Request) -> Any:  # noqa: ARG001  ninja's interface
    """All loaded runs, newest first."""
    return list(Run.objects.defer("info", "delivery"))


@api.get("/suspects", response={200: SuspectPage, **ERRORS})
def suspects(
    request: Request,
    run: str | None = RunId,
    q: str = Text,
    county: str = Text,
    level: str = Text,
    kind: str = Text,
    sort: str = Text,
    offset: int = Offset,
    limit: int = Limit,
) -> Any:
    """The ranked list of the token's counties."""
    rows = filtered(base_list(_run(run), request.user), {"q": q, "county": county, "level": level, "kind": kind, "sort": sort})
    return {"total": rows.count(), "offset": offset, "items": [_suspect(row) for row in rows[offset : offset + limit]]}


def _suspect(row: Suspect) -> dict[str, Any]:
    names = ("rank", "fixmedins_code", "fixmedins_name", "admdvs", "peer_group", "level", "score", "probability", "main_reason", "status")
    money = {"amount_at_issue": row.amount_fen, "fund_loss": row.loss_fen, "expected_recovery": row.expected_fen}
    return {name: getattr(row, name) for name in names} | {name: fen / 100 for name, fen in money.items()} | {"kinds": row.kind_list}


@api.get("/findings", response={200: FindingPage, **ERRORS})
def findings(
    request: Request,
    fixmedins_code: str = Code,
    run: str | None = RunId,
    rule_id: str = Text,
    offset: int = Offset,
    limit: int = Limit,
) -> Any:
    """Findings of one institution, largest amount first."""
    if not may(request.user, "evidence"):
        raise HttpError(403, "This role may not see findings")
    rows = in_counties(Finding.objects.filter(run=_run(run), fixmedins_code=fixmedins_code), request.user)
    if rule_id:
        rows = rows.filter(rule_id=rule_id)
    page = list(rows[offset : offset + limit])
    record(request, "view_person", "institution", fixmedins_code, {"page": "api findings", "findings": [f.finding_id for f in page]})
    return {"total": rows.count(), "offset": offset, "items": [_finding(row) for row in page]}


def _finding(row: Finding) -> dict[str, Any]:
    names = ("finding_id", "rule_id", "rule_version", "kind", "certainty", "fixmedins_code", "mdtrt_id", "occurred_from", "occurred_to", "evidence")
    return {name: getattr(row, name) for name in names} | {
        "psn_no_masked": f"{row.psn_no[:2]}****{row.psn_no[-4:]}" if row.psn_no else "",
        "bkkp_sns": row.line_list,
        "related_bkkp_sns": row.related_list,
        "amount_at_issue": row.amount_fen / 100,
        "fund_loss": row.loss_fen / 100,
        "legal_basis": row.legal_basis.split(),
    }


@api.get("/verdicts", response={200: VerdictPage, 401: Problem})
def verdicts(request: Request, offset: int = Offset, limit: int = Limit) -> Any:
    """Verdicts of the token's counties, newest first."""
    rows = in_counties(Verdict.objects.exclude(outcome=Outcome.OPEN), request.user).order_by("-changed", "pk")
    return {"total": rows.count(), "offset": offset, "items": [_verdict(row) for row in rows[offset : offset + limit]]}


def _verdict(row: Verdict) -> dict[str, Any]:
    names = ("fixmedins_code", "finding_id", "outcome", "reason", "review", "version", "changed")
    return {name: getattr(row, name) for name in names} | {"amount": None if row.amount_fen is None else row.amount_fen / 100}


@api.put("/findings/{finding_id}/verdict", response={200: VerdictOut, 409: VerdictOut, 422: Any, **ERRORS})
def decide_finding(request: Request, body: VerdictIn, finding_id: str = Key) -> Any:
    """Decides on a finding. 409 with the verdict in force when somebody was faster."""
    if not may(request.user, "verdict"):
        raise HttpError(403, "This role may not decide")
    found = Finding.objects.filter(finding_id=finding_id).order_by("-run__started").select_related("run").first()
    if found is None or not sees_county(request.user, found.admdvs):
        raise HttpError(404, "No such finding")
    amount = None if body.amount is None else round(body.amount * 100)
    if amount is None and body.outcome == Outcome.CONFIRMED:
        amount = found.amount_fen
    try:
        verdict = decide(request, subject_of(found), Decision(body.outcome, body.reason, amount, body.version), found.run, most_fen=found.amount_fen)
    except Conflict as conflict:
        return 409, _verdict(conflict.current)
    except VerdictError as error:
        raise HttpError(422, str(error)) from error
    return 200, _verdict(verdict)


@api.get("/findings/{finding_id}/verdict", response={200: VerdictOut, **ERRORS})
def finding_verdict(request: Request, finding_id: str = Key) -> Any:
    """The verdict in force on a finding."""
    found = Finding.objects.filter(finding_id=finding_id).order_by("-run__started").first()
    verdict = current(subject_of(found)) if found is not None and sees_county(request.user, found.admdvs) else None
    if verdict is None:
        raise HttpError(404, "No such verdict")
    return 200, _verdict(verdict)
