"""A case from the clue to its end: who may do what, what must come before what, and what the ledgers tell."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import docx
import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.workbench.small_city import COUNTIES
from workbench.accounts.models import Role
from workbench.audit.models import AuditEntry
from workbench.cases.deadlines import after_working_days, deadlines, pressing
from workbench.cases.flow import CaseError, recovered, upheld
from workbench.cases.flow import enter as enter_step
from workbench.cases.models import Case, Stage, StepKind, Verdict
from workbench.results.models import Finding, Suspect
from workbench.results.parameters import defaults

OWN, OTHER = COUNTIES[0], COUNTIES[1]
pytestmark = pytest.mark.django_db


@pytest.fixture
def suspect(runs: tuple[Any, Any]) -> Suspect:
    """An institution of county OWN with findings."""
    return Suspect.objects.filter(run=runs[1], admdvs=OWN, n_findings__gt=0).first()


@pytest.fixture
def people(enter: Callable[..., Client]) -> dict[str, Client]:
    """A lead, two auditors of another county, a reviewer."""
    return {
        "lead": enter(Role.LEAD, (), username="lead"),
        "first": enter(Role.AUDITOR, (OTHER,), username="first"),
        "second": enter(Role.AUDITOR, (OTHER,), username="second"),
        "reviewer": enter(Role.REVIEWER, (), username="reviewer"),
    }


def told(client: Client, address: str, **data: Any) -> str:
    """The page after a post, with what it tells."""
    return client.post(address, data, follow=True).content.decode()


def opened(people: dict[str, Client], suspect: Suspect, *, assigned: bool = True) -> Case:
    told(people["lead"], f"/institutions/{suspect.fixmedins_code}/case/", origin="data", reason="数据筛查发现挂床疑点")
    case = Case.objects.get()
    if assigned:
        handlers = [people[name].user.pk for name in ("first", "second")]
        told(people["lead"], f"/cases/{case.pk}/assign/", handler=handlers, team=OTHER, version=case.version, due="2030-01-31")
    return case


def step(client: Client, case: Case, kind: str, note: str = "已办理完毕", **more: Any) -> str:
    return told(client, f"/cases/{case.pk}/step/", kind=kind, note=note, **more)


def go(client: Client, case: Case, to: str, note: str = "办理情况良好", **more: Any) -> str:
    case.refresh_from_db()
    page = told(client, f"/cases/{case.pk}/move/", to=to, note=note, version=case.version, **more)
    case.refresh_from_db()
    return page


def test_a_case_goes_from_the_clue_to_the_last_fen_recovered(people: dict[str, Client], suspect: Suspect) -> None:
    case = opened(people, suspect)
    go(people["first"], case, "checking")
    step(people["first"], case, "visit", "现场调取病历12份")
    go(people["first"], case, "hearing")
    step(people["second"], case, "interview", "约谈院长，承认挂床")
    go(people["second"], case, "handling")
    step(people["first"], case, "measure", "责令退回并整改")
    go(people["reviewer"], case, "recovering", owed="1,000.00")
    step(people["first"], case, "recovered", "", amount="400")
    assert "尚未全部到账" in go(people["reviewer"], case, "closed", result="handled")
    assert "不得大于应追回金额" in step(people["first"], case, "recovered", "", amount="600.01")
    step(people["first"], case, "recovered", "", amount="600")
    go(people["reviewer"], case, "closed", "基金损失已全部退回", result="handled")
    assert (case.stage, case.result, case.owed_fen) == (Stage.CLOSED, "handled", 100000)
    assert case.closed is not None
    assert AuditEntry.objects.filter(action="case", object_id=case.number).count() == case.steps.count()


def test_an_institution_must_be_heard_before_it_is_handled(people: dict[str, Client], suspect: Suspect) -> None:
    case = opened(people, suspect)
    for stage in ("checking", "hearing"):
        go(people["first"], case, stage)
    assert "处理前须听取机构意见" in go(people["first"], case, "handling")
    assert case.stage == Stage.HEARING
    step(people["first"], case, "statement", "机构放弃陈述申辩")
    go(people["first"], case, "handling")
    assert case.stage == Stage.HANDLING


def test_fewer_than_two_handlers_inspect_nothing(people: dict[str, Client], suspect: Suspect) -> None:
    case = opened(people, suspect, assigned=False)
    assert "承办人不少于两人" in told(people["lead"], f"/cases/{case.pk}/assign/", handler=[people["first"].user.pk], version=case.version)  # type: ignore[attr-defined]
    assert "请先分派不少于两名承办人" in go(people["lead"], case, "checking")


def test_nobody_settles_a_case_he_handles(people: dict[str, Client], suspect: Suspect) -> None:
    case = opened(people, suspect)
    go(people["first"], case, "checking")
    handlers = [people["lead"].user.pk, people["first"].user.pk]
    told(people["lead"], f"/cases/{case.pk}/assign/", handler=handlers, version=case.version)
    assert "承办人不得审批本人承办的案件" in go(people["lead"], case, "closed", result="cleared")
    assert "承办人不得审批" in go(people["first"], case, "closed", result="cleared")
    assert case.stage == Stage.CHECKING


def test_who_handles_a_case_sees_the_institution_of_another_county_until_it_is_closed(people: dict[str, Client], suspect: Suspect) -> None:
    institution = f"/institutions/{suspect.fixmedins_code}/"
    finding = Finding.objects.filter(run=suspect.run, fixmedins_code=suspect.fixmedins_code).first()
    assert finding is not None
    assert people["first"].get(institution).status_code == 404
    case = opened(people, suspect)
    assert people["first"].get(institution).status_code == 200
    assert people["first"].get(f"/findings/{finding.finding_id}/").status_code == 200
    assert suspect.fixmedins_name in people["first"].get("/cases/?show=mine").content.decode()
    seen = Finding.objects.filter(run=suspect.run, fixmedins_code=suspect.fixmedins_code).exclude(psn_no="").first()
    assert seen is not None
    assert f"{suspect.fixmedins_name} <span" in people["first"].get(f"/findings/{seen.finding_id}/person/").content.decode(), "named on the timeline"
    go(people["first"], case, "checking")
    go(people["reviewer"], case, "closed", "病历完整，疑点不属实", result="cleared")
    assert people["first"].get(institution).status_code == 404
    assert people["first"].get(f"/findings/{finding.finding_id}/").status_code == 404


def test_a_cleared_institution_is_told_so_and_gets_a_letter(people: dict[str, Client], suspect: Suspect, enter: Callable[..., Client]) -> None:
    case = opened(people, suspect)
    go(people["first"], case, "checking")
    go(people["reviewer"], case, "closed", "病历完整<疑点>不属实", result="cleared")
    letter = people["reviewer"].get(f"/cases/{case.pk}/clearance.docx")
    said = "\n".join(p.text for p in docx.Document(io.BytesIO(letter.content)).paragraphs)
    assert suspect.fixmedins_name in said
    assert "病历完整<疑点>不属实" in said
    hospital = enter(Role.INSTITUTION, (), username="hospital", fixmedins_code=suspect.fixmedins_code)
    assert "澄清正名" in hospital.get("/hearing/").content.decode()


def test_while_something_stands_as_true_a_case_cannot_end_with_clearing(people: dict[str, Client], suspect: Suspect) -> None:
    case = opened(people, suspect)
    go(people["first"], case, "checking")
    author = people["first"].user
    Verdict.objects.create(fixmedins_code=suspect.fixmedins_code, finding_id="f", admdvs=OWN, outcome="confirmed", review="agreed", author=author)
    assert "不能澄清结案" in go(people["reviewer"], case, "closed", result="cleared")
    assert case.stage == Stage.CHECKING


def test_an_institution_states_its_case_and_hears_nothing_of_a_handing_over(
    people: dict[str, Client], suspect: Suspect, enter: Callable[..., Client]
) -> None:
    case = opened(people, suspect)
    hospital = enter(Role.INSTITUTION, (), username="hospital", fixmedins_code=suspect.fixmedins_code)
    statement = f"/hearing/cases/{case.pk}/"
    assert hospital.post(statement, {"text": "我院无异议"}).status_code == 404, "not heard yet"
    for stage in ("checking", "hearing"):
        go(people["first"], case, stage)
    assert "陈述申辩已提交" in told(hospital, statement, text="患者确需住院观察")
    assert case.steps.filter(kind="statement", author=hospital.user).exists()
    stranger = enter(Role.INSTITUTION, (), username="stranger", fixmedins_code="H43100299999")
    assert stranger.post(statement, {"text": "不是本机构"}).status_code == 404
    assert "请先登记移送" in go(people["reviewer"], case, "closed", "线索移送公安机关", result="transferred")
    step(people["first"], case, "handed_over", "涉嫌诈骗，移送线索", receiver="市公安局")
    go(people["reviewer"], case, "closed", "线索移送公安机关", result="transferred")
    assert "公安" not in hospital.get("/hearing/").content.decode()


def test_of_two_who_move_a_case_at_once_the_later_is_told(people: dict[str, Client], suspect: Suspect) -> None:
    case = opened(people, suspect)
    case.refresh_from_db()
    seen = case.version
    go(people["first"], case, "checking")
    page = told(people["second"], f"/cases/{case.pk}/move/", to="hearing", note="", version=seen)
    assert "他人已于此间办理本案" in page
    case.refresh_from_db()
    assert case.stage == Stage.CHECKING


def test_an_institution_has_one_open_case(people: dict[str, Client], suspect: Suspect) -> None:
    opened(people, suspect)
    assert "该机构已有未结案件" in told(people["lead"], f"/institutions/{suspect.fixmedins_code}/case/", origin="report", reason="群众举报挂床")
    assert Case.objects.count() == 1


def test_the_ledgers_hold_four_lists_and_three_ledgers_of_the_users_cases(
    people: dict[str, Client], suspect: Suspect, enter: Callable[..., Client]
) -> None:
    case = opened(people, suspect)
    go(people["first"], case, "checking")
    go(people["reviewer"], case, "closed", "病历完整，不属实", result="cleared")
    book = openpyxl.load_workbook(io.BytesIO(people["lead"].get("/cases/ledgers.xlsx").content))
    assert book.sheetnames == ["线索清单", "问题清单", "整改清单", "移送清单", "核查台账", "追回台账", "澄清台账"]
    assert book["澄清台账"]["D4"].value == suspect.fixmedins_name
    assert book["核查台账"]["G4"].value == "first、second"
    foreign = openpyxl.load_workbook(io.BytesIO(enter(Role.AUDITOR, (COUNTIES[2],)).get("/cases/ledgers.xlsx").content))
    assert foreign["核查台账"].max_row == 3, "no case of other counties"


def test_the_plan_sends_auditors_of_another_county_and_leaves_open_cases_out(people: dict[str, Client], runs: tuple[Any, Any]) -> None:
    Suspect.objects.filter(run=runs[1], rank__lte=6).update(expected_fen=int(defaults()["plan"]["inspection_cost"]) * 1000, probability=0.9)
    page = people["lead"].get("/cases/plan/?n=4")
    rows = page.context["rows"]
    assert len(rows) == 4
    assert all(row["inspecting_county"] not in (None, row["admdvs"]) for row in rows)
    first = rows[0]
    told(people["lead"], "/cases/plan/", code=first["fixmedins_code"], **{f"team-{first['fixmedins_code']}": first["inspecting_county"]})
    case = Case.objects.get()
    assert (case.fixmedins_code, case.team) == (first["fixmedins_code"], first["inspecting_county"])
    again = people["lead"].get("/cases/plan/?n=4").context["rows"]
    assert first["fixmedins_code"] not in [row["fixmedins_code"] for row in again]


def test_the_database_itself_keeps_a_second_open_case_out(people: dict[str, Client], suspect: Suspect) -> None:
    first = opened(people, suspect, assigned=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(fixmedins_code=first.fixmedins_code, fixmedins_name="同一机构", opened_by=first.opened_by)
    assert "该机构已有未结案件" in told(people["lead"], f"/institutions/{suspect.fixmedins_code}/case/", origin="data", reason="又一条线索内容")


def test_of_two_repayments_entered_at_one_moment_one_is_refused(people: dict[str, Client], suspect: Suspect, rf: RequestFactory) -> None:
    case = opened(people, suspect)
    Case.objects.filter(pk=case.pk).update(stage=Stage.RECOVERING, owed_fen=10_000)
    request = rf.post("/")
    request.user = people["first"].user
    one, other = Case.objects.get(pk=case.pk), Case.objects.get(pk=case.pk)
    enter_step(request, one, StepKind.RECOVERED, day=date(2024, 5, 1), note="", amount_fen=6_000)
    with pytest.raises(CaseError, match="他人已于此间办理"):
        enter_step(request, other, StepKind.RECOVERED, day=date(2024, 5, 1), note="", amount_fen=4_000)
    assert recovered(case) == 6_000
    with pytest.raises(CaseError, match="不得大于"):
        enter_step(request, Case.objects.get(pk=case.pk), StepKind.RECOVERED, day=date(2024, 5, 1), note="", amount_fen=4_001)
    assert recovered(case) == 6_000


def test_what_was_found_true_before_the_case_was_opened_bars_clearing_and_belongs_to_its_problems(
    people: dict[str, Client], suspect: Suspect
) -> None:
    found = Finding.objects.filter(run=suspect.run, fixmedins_code=suspect.fixmedins_code).first()
    verdict = Verdict.objects.create(
        fixmedins_code=suspect.fixmedins_code, finding_id=found.finding_id, admdvs=suspect.admdvs, outcome="confirmed", review="waiting",
        amount_fen=500, author=people["first"].user,
    )  # fmt: skip
    case = opened(people, suspect)
    go(people["first"], case, "checking")
    assert "不能澄清结案" in go(people["reviewer"], case, "closed", result="cleared")
    Verdict.objects.filter(pk=verdict.pk).update(review="agreed")
    assert list(upheld(case)) == [verdict]
    Verdict.objects.filter(pk=verdict.pk).update(review="sent_back")
    go(people["reviewer"], case, "closed", result="cleared")
    case.refresh_from_db()
    assert case.result == "cleared"


def test_what_an_earlier_case_settled_does_not_bar_clearing_a_later_one(people: dict[str, Client], suspect: Suspect) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    Case.objects.create(
        fixmedins_code=suspect.fixmedins_code, fixmedins_name=suspect.fixmedins_name, admdvs=suspect.admdvs, stage=Stage.CLOSED, result="handled",
        opened=long_ago, closed=long_ago + timedelta(days=60), opened_by=people["lead"].user, number="2020-00001",
    )  # fmt: skip
    verdict = Verdict.objects.create(
        fixmedins_code=suspect.fixmedins_code, finding_id="", admdvs=suspect.admdvs, outcome="confirmed", review="agreed", amount_fen=500,
        author=people["first"].user,
    )  # fmt: skip
    Verdict.objects.filter(pk=verdict.pk).update(changed=long_ago + timedelta(days=30))
    told(people["lead"], f"/institutions/{suspect.fixmedins_code}/case/", origin="data", reason="又一条线索内容")
    assert not upheld(Case.objects.exclude(stage=Stage.CLOSED).get()).exists()


def test_a_matter_handed_over_goes_with_a_letter(people: dict[str, Client], suspect: Suspect) -> None:
    case = opened(people, suspect)
    go(people["first"], case, "checking")
    step(people["first"], case, "handed_over", "涉嫌诈骗<移送>线索", receiver="市公安局")
    step(people["first"], case, "note", "电话告知移送")
    given, note = case.steps.get(kind="handed_over"), case.steps.get(kind="note")
    author = people["first"].user  # type: ignore[attr-defined]
    # two findings on one fee line, which counts once, and one that no run knows any more
    first, second = Finding.objects.filter(run=suspect.run, fixmedins_code=suspect.fixmedins_code).exclude(psn_no="")[:2]
    Finding.objects.filter(pk=second.pk).update(lines=first.lines)
    for finding_id, fen in ((first.finding_id, 123456), (second.finding_id, 100000), ("gone", 500000)):
        Verdict.objects.create(
            fixmedins_code=suspect.fixmedins_code,
            finding_id=finding_id,
            admdvs=OWN,
            outcome="confirmed",
            review="agreed",
            author=author,
            amount_fen=fen,
        )
    address = f"/cases/{case.pk}/handover/{given.pk}.docx"
    assert address in people["first"].get(f"/cases/{case.pk}/").content.decode()
    letter = docx.Document(io.BytesIO(people["first"].get(address).content))
    said = "\n".join(p.text for p in letter.paragraphs)
    for text in ("市公安局：", suspect.fixmedins_name, "涉嫌诈骗<移送>线索", "疑点2项", "另有1项", "1,234.56元", "壹仟贰佰叁拾肆元伍角陆分"):
        assert text in said
    assert people["first"].get(f"/cases/{case.pk}/handover/{note.pk}.docx").status_code == 404


def test_a_formal_hearing_hears_the_institution_too(people: dict[str, Client], suspect: Suspect) -> None:
    case = opened(people, suspect)
    for stage in ("checking", "hearing"):
        go(people["first"], case, stage)
    step(people["first"], case, "notice", "送达行政处罚告知书")
    assert "处理前须听取机构意见" in go(people["first"], case, "handling")
    step(people["first"], case, "heard", "举行听证，机构到场")
    go(people["first"], case, "handling")
    assert case.stage == Stage.HANDLING


def test_fifteen_working_days_skip_weekends_and_holidays_and_count_worked_weekends() -> None:
    p = defaults()["cases"]
    friday = date(2026, 9, 25)
    assert after_working_days(friday, 1, p) == date(2026, 9, 28)
    assert after_working_days(friday, 15, p) == date(2026, 10, 16)
    national = p.replaced({"holidays": [f"2026-10-0{day}" for day in range(1, 8)], "worked_weekends": [date(2026, 9, 27)]})
    assert after_working_days(friday, 1, national) == date(2026, 9, 27)
    # five holidays on working days push it a week on, one worked Sunday a day back
    assert after_working_days(friday, 15, national) == date(2026, 10, 22)


def test_a_case_near_or_past_its_legal_deadline_stands_on_the_dashboard_and_in_the_list(people: dict[str, Client], suspect: Suspect) -> None:
    case = opened(people, suspect, assigned=False)
    assert deadlines([case])[case.pk].what == "决定是否立案"
    assert "案件临期或逾期" not in people["lead"].get("/home/").content.decode()
    assert pressing(Case.objects.all()) == []
    Case.objects.update(opened=timezone.now() - timedelta(days=30))
    case.refresh_from_db()
    assert deadlines([case])[case.pk].late
    assert "案件临期或逾期" in people["lead"].get("/home/").content.decode()
    assert case.number in people["lead"].get("/cases/?show=due").content.decode()


def test_from_filing_a_case_has_ninety_days_and_a_return_to_checking_starts_no_new_ones(people: dict[str, Client], suspect: Suspect) -> None:
    case = opened(people, suspect)
    for stage in ("checking", "hearing", "checking"):
        go(people["first"], case, stage)
    first = case.steps.filter(kind="moved", stage="checking").first()
    assert first is not None
    type(first).objects.filter(pk=first.pk).update(day=date(2026, 1, 5))
    found = deadlines([case])[case.pk]
    assert (found.day, found.late, str(found.what)) == (date(2026, 4, 5), True, "作出处理决定")
    Case.objects.update(stage="recovering")
    case.refresh_from_db()
    assert case.pk not in deadlines([case])


def test_the_bureaus_own_numbers_count_the_years_cases(people: dict[str, Client], suspect: Suspect) -> None:
    run = suspect.run
    run.info = {**run.info, "parameters": {"cases": {"number_format": "医保稽〔{year}〕{serial}号"}}}
    run.save()
    case = opened(people, suspect, assigned=False)
    assert case.number == f"医保稽〔{timezone.localdate():%Y}〕1号"
    Case.objects.create(number="旧", fixmedins_code="H9", fixmedins_name="甲", opened_by=case.opened_by, opened=timezone.now() - timedelta(days=400))
    Case.objects.filter(pk=case.pk).update(stage="closed")
    page = told(people["lead"], f"/institutions/{suspect.fixmedins_code}/case/", origin="data", reason="数据筛查发现挂床疑点")
    assert f"医保稽〔{timezone.localdate():%Y}〕2号" in page


def test_a_number_format_that_cannot_number_is_told_and_opens_nothing(people: dict[str, Client], suspect: Suspect) -> None:
    run = suspect.run
    run.info = {**run.info, "parameters": {"cases": {"number_format": "{jahr}"}}}
    run.save()
    page = told(people["lead"], f"/institutions/{suspect.fixmedins_code}/case/", origin="data", reason="数据筛查发现挂床疑点")
    assert "cases.number_format" in page
    assert not Case.objects.exists()
