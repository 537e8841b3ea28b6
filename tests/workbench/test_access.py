"""Who gets in: every address × every role × own county, another county, the whole city."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from tests.workbench.small_city import COUNTIES
from workbench.accounts.models import Role
from workbench.accounts.rights import RIGHTS

OWN, OTHER = COUNTIES[0], COUNTIES[1]


@dataclass(frozen=True)
class Address:
    """One address: how it is called, the right it needs (None = anyone signed in, several = any of them), what it is about."""

    name: str
    right: str | tuple[str, ...] | None
    about: str = ""
    method: str = "get"
    query: str = ""


TABLE = [
    Address("start", None),
    Address("home", "dashboard"),
    Address("account", None),
    Address("password", None),
    Address("watermark", None),
    Address("set_language", None, method="post"),
    Address("set_theme", None, method="post"),
    Address("users", ("accounts", "grants")),
    Address("suspects", "suspects"),
    Address("suspects_export", "export"),
    Address("suspects_bulk", "bulk", method="post"),
    Address("suspects_bulk_undo", "bulk", method="post"),
    Address("view_save", "suspects", method="post"),
    Address("view_delete", "suspects", about="view", method="post"),
    Address("institution", "suspects", about="institution"),
    Address("institution_findings", "evidence", about="institution"),
    Address("institution_documents", "documents", about="institution"),
    Address("institution_documents", "documents", about="institution", method="post"),
    Address("findings_bulk", "bulk", about="institution", method="post"),
    Address("compare", "evidence", about="institution"),
    Address("institution_verdict", "verdict", about="institution", method="post"),
    Address("institution_comment", "comment", about="institution", method="post"),
    Address("institution_attach", "comment", about="institution", method="post"),
    Address("finding", "evidence", about="finding"),
    Address("finding_stay", "evidence", about="finding"),
    Address("finding_person", "evidence", about="finding"),
    Address("finding_dialysis", "evidence", about="finding"),
    Address("unmask", "unmask", about="finding", method="post"),
    Address("finding_verdict", "verdict", about="finding", method="post"),
    Address("finding_comment", "comment", about="finding", method="post"),
    Address("finding_attach", "comment", about="finding", method="post"),
    Address("verdicts", "suspects"),
    Address("verdicts_review", "review", method="post"),
    Address("verdict_undo", "verdict", about="verdict", method="post"),
    Address("verdict_review", "review", about="verdict", method="post"),
    Address("cases", "suspects"),
    Address("case_ledgers", "export"),
    Address("plan", "assign"),
    Address("plan", "assign", method="post"),
    Address("case", "suspects", about="case"),
    Address("case_assign", "assign", about="case", method="post"),
    Address("case_step", "suspects", about="case", method="post"),
    Address("case_move", "suspects", about="case", method="post"),
    Address("case_clearance", "documents", about="cleared case"),
    Address("case_handover", "documents", about="matter handed over"),
    Address("case_open", "case_work", about="institution", method="post"),
    Address("attachment", "suspects", about="attachment"),
    Address("rules", "rules"),
    Address("approved_parameters", "approve"),
    Address("rule", "rules", about="rule"),
    Address("propose", "propose", about="rule", method="post"),
    Address("trial", "propose", about="trial"),
    Address("proposal", "approve", about="proposal", method="post"),
    Address("models", "rules"),
    Address("data", "data"),
    Address("quarantine", "quarantine_rows", query="?file=fee_list_d.parquet"),
    Address("drg", "drg"),
    Address("drg", "drg", query="?level=hospital"),
    Address("drg_alerts", "drg"),
    Address("drg_cases", "evidence"),
    Address("drg_effect", "drg"),
    Address("audit", "audit"),
    Address("audit_verify", "audit", method="post"),
    Address("hearing", "hearing"),
    Address("logout", None, method="post"),
]
#: Addresses that are open to all, and those of the institution's own cases, which have tests of their own below and in test_hearing.
ELSEWHERE = {"login", "second_factor", "oidc", "healthz", "hearing_case", "hearing_answer", "hearing_file", "hearing_statement"}


def test_the_table_names_every_address() -> None:
    known = {pattern.name for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern)}
    assert known == {address.name for address in TABLE} | ELSEWHERE


@pytest.fixture
def things(runs: tuple[Any, Any], make_user: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """What the addresses are about, all of county OWN."""
    from workbench.cases.models import Attachment, Case, Proposal, Trial, Verdict
    from workbench.results.models import Finding, Suspect

    run = runs[1]
    code = Suspect.objects.filter(run=run, admdvs=OWN, n_findings__gt=0).first().fixmedins_code
    finding = Finding.objects.filter(run=run, fixmedins_code=code).exclude(psn_no="").first()
    maker = make_user(Role.STEWARD, (), username="maker")
    verdict = Verdict.objects.create(
        fixmedins_code=code, finding_id=finding.finding_id, admdvs=OWN, outcome="confirmed", review="waiting", author=maker
    )
    kept = Attachment.objects.create(fixmedins_code=code, admdvs=OWN, name="a.txt", stored="0" * 32, size=1, digest="0" * 64, author=maker)
    case, cleared = (
        Case.objects.create(number=number, fixmedins_code=code, fixmedins_name="甲", admdvs=OWN, opened_by=maker, **more)
        for number, more in (("2026-1", {}), ("2026-2", {"stage": "closed", "result": "cleared", "closed": timezone.now()}))
    )
    given = case.steps.create(kind="handed_over", stage="checking", day=timezone.localdate(), note="移送线索", receiver="甲机关", author=maker)
    proposal = Proposal.objects.create(unit_id="death_claims", name="grace_days", old=1, new=2, reason="test", author=maker)
    trial = Trial.objects.create(run=run, unit_id="death_claims", name="grace_days", old=1, new=2, author=maker)
    return {
        "institution": {"code": code},
        "finding": {"finding_id": finding.finding_id},
        "verdict": {"pk": verdict.pk},
        "attachment": {"pk": kept.pk},
        "case": {"pk": case.pk},
        "cleared case": {"pk": cleared.pk},
        "matter handed over": {"pk": case.pk, "step": given.pk},
        "rule": {"rule_id": "death_claims"},
        "proposal": {"pk": proposal.pk},
        "trial": {"pk": trial.pk},
    }


def expected(address: Address, role: str, counties: tuple[str, ...]) -> set[int]:
    """The status codes that are right for the role and counties."""
    rights = (address.right,) if isinstance(address.right, str) else address.right
    if rights is not None and not any(role in RIGHTS[right] for right in rights):
        return {403}
    if address.about in ("institution", "finding", "verdict", "attachment", "case", "cleared case", "matter handed over") and counties == (OTHER,):
        return {404}
    return {200, 302}


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("counties", [(OWN,), (OTHER,), ()], ids=["own", "other", "city"])
def test_each_address_lets_in_exactly_whom_it_should(
    things: dict[str, dict[str, Any]], enter: Callable[..., Any], settings: Any, role: str, counties: tuple[str, ...]
) -> None:
    from workbench.cases.models import SavedView

    client = enter(role, counties)
    settings.UPLOAD_DIR.mkdir(parents=True, exist_ok=True)
    (settings.UPLOAD_DIR / ("0" * 32)).write_text("x")
    things["view"] = {"pk": SavedView.objects.create(user=client.user, name="v", query="").pk}
    wrong = []
    for address in TABLE:
        data = {"name": "grace_days"} if address.method == "post" else {}
        response = getattr(client, address.method)(reverse(address.name, kwargs=things.get(address.about, {})) + address.query, data)
        if response.status_code not in expected(address, role, counties):
            wrong.append((address.name, response.status_code, expected(address, role, counties)))
    assert not wrong


def test_no_form_works_without_its_csrf_token(things: dict[str, dict[str, Any]], enter: Callable[..., Any]) -> None:
    from workbench.cases.models import SavedView

    let_in = []
    for role in (Role.LEAD, Role.STEWARD, Role.AUDIT_ADMIN, Role.SYSTEM_ADMIN):
        client = enter(role, (), enforce_csrf_checks=True)
        things["view"] = {"pk": SavedView.objects.create(user=client.user, name="v", query="").pk}
        for address in TABLE:
            if address.method == "post":
                answer = client.post(reverse(address.name, kwargs=things.get(address.about, {})), {})
                if answer.status_code != 403:
                    let_in.append((role, address.name, answer.status_code))
        let_in += [(role, name, code) for name in ("users", "login") if (code := client.post(reverse(name), {"action": "x"}).status_code) != 403]
    assert not let_in


@pytest.mark.django_db
def test_nobody_gets_anywhere_without_signing_in(client: Any, things: dict[str, dict[str, Any]]) -> None:
    for address in TABLE:
        if address.about == "view":
            continue
        response = getattr(client, address.method)(reverse(address.name, kwargs=things.get(address.about, {})))
        if address.name == "set_language":
            continue
        assert response.status_code == 302, address.name
        assert response["Location"].startswith("/login/"), address.name


def test_an_unknown_object_and_one_of_another_county_answer_alike(things: dict[str, dict[str, Any]], enter: Callable[..., Any]) -> None:
    client = enter(Role.AUDITOR, (OTHER,))
    there = client.get(reverse("finding", kwargs=things["finding"]))
    nowhere = client.get(reverse("finding", kwargs={"finding_id": "0" * 24}))
    assert there.status_code == nowhere.status_code == 404
    page = re.compile(r"<main.*</main>", re.DOTALL)
    assert page.search(there.content.decode())[0] == page.search(nowhere.content.decode())[0]  # type: ignore[index]


def test_the_list_and_its_export_hold_only_the_users_counties(runs: tuple[Any, Any], enter: Callable[..., Any]) -> None:
    import io

    import openpyxl

    client = enter(Role.AUDITOR, (OWN,))
    page = client.get("/suspects/").content.decode()
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/suspects/export/").content)).active
    codes = [row[1].value for row in sheet.iter_rows(min_row=4)]
    assert codes
    assert all(code[1:7] == OWN for code in codes)
    assert OTHER + "0" not in page


def test_the_drg_pages_name_no_hospital_and_no_case_of_another_county(runs: tuple[Any, Any], enter: Callable[..., Any]) -> None:
    from workbench.results.models import Suspect

    client = enter(Role.AUDITOR, (OWN,))
    foreign = Suspect.objects.filter(run=runs[1], admdvs=OTHER, beds__gt=0).first()
    own = Suspect.objects.filter(run=runs[1], admdvs=OWN, beds__gt=0).first()
    assert foreign is not None
    assert own is not None
    for address in ("/drg/?level=hospital", "/drg/alerts/", "/drg/cases/"):
        page = client.get(address).content.decode()
        assert own.fixmedins_name in page, address
        assert foreign.fixmedins_name + "<" not in page, address
    assert client.get(f"/drg/cases/?code={foreign.fixmedins_code}").status_code == 404


def test_bulk_decisions_leave_other_counties_alone(runs: tuple[Any, Any], enter: Callable[..., Any]) -> None:
    from workbench.cases.models import Verdict
    from workbench.results.models import Suspect

    foreign = Suspect.objects.filter(admdvs=OTHER).first().fixmedins_code
    client = enter(Role.AUDITOR, (OWN,))
    client.post("/suspects/bulk/", {"code": [foreign], f"version-{foreign}": "0", "outcome": "dismissed", "reason": "季节性波动"})
    assert not Verdict.objects.exists()
