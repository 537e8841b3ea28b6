"""Verdicts: two people never overwrite each other, a second person reviews, one's own last step can be undone, history stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from models.verdicts import VERDICT_SCHEMA
from tests.workbench.small_city import COUNTIES, institutions
from workbench.accounts.models import Role
from workbench.cases.models import Comment, Outcome, Review, Verdict, VerdictChange
from workbench.cases.services import export_verdicts
from workbench.results.models import Finding, Suspect


@pytest.fixture
def finding(runs: tuple[Any, Any]) -> Finding:
    found = Finding.objects.filter(run=runs[1], rule_id="idle_bed_days").order_by("-amount_fen").first()
    assert found is not None
    return found


def decide(client: Any, finding: Finding, outcome: str, *, version: int = 0, reason: str = "核对病历后认定", amount: str = "") -> Any:
    data = {"outcome": outcome, "version": str(version), "reason": reason, "amount": amount}
    return client.post(f"/findings/{finding.finding_id}/verdict/", data)


def test_confirming_without_an_amount_upholds_the_whole_amount_and_waits_for_review(finding: Finding, enter: Callable[..., Any]) -> None:
    decide(enter(Role.AUDITOR, ()), finding, "confirmed")
    verdict = Verdict.objects.get(finding_id=finding.finding_id)
    assert (verdict.amount_fen, verdict.review, verdict.version) == (finding.amount_fen, Review.WAITING, 1)


def test_who_comes_second_sees_the_first_decision_and_overwrites_nothing(finding: Finding, enter: Callable[..., Any]) -> None:
    first, second = enter(Role.AUDITOR, (), username="a"), enter(Role.LEAD, (), username="b")
    decide(first, finding, "confirmed")
    answer = decide(second, finding, "dismissed", reason="季节性波动所致")
    assert answer.status_code == 409
    assert "季节性波动所致" in answer.content.decode()
    assert Verdict.objects.get().outcome == Outcome.CONFIRMED
    decide(second, finding, "dismissed", version=1, reason="季节性波动所致")
    verdict = Verdict.objects.get()
    assert (verdict.outcome, verdict.version) == (Outcome.DISMISSED, 2)
    assert [c.after["outcome"] for c in verdict.changes.all()] == ["dismissed", "confirmed"]


@pytest.mark.parametrize(
    ("outcome", "reason", "amount", "said"),
    [
        ("dismissed", "", "", "须写明理由"),
        ("returned", "补", "", "须写明理由"),
        ("partly", "部分病程有记录", "", "须填写认定金额"),
        ("partly", "部分病程有记录", "-1", "不得为负"),
        ("partly", "部分病程有记录", "99999999", "不得大于"),
        ("partly", "部分病程有记录", "abc", "应为数字"),
        ("nonsense", "核对病历后认定", "", "请选择判定结果"),
    ],
)
def test_a_decision_that_lacks_something_is_refused(
    finding: Finding, enter: Callable[..., Any], outcome: str, reason: str, amount: str, said: str
) -> None:
    client = enter(Role.AUDITOR, ())
    decide(client, finding, outcome, reason=reason, amount=amount)
    assert not Verdict.objects.exists()
    assert said in client.get(f"/findings/{finding.finding_id}/").content.decode()


def test_what_was_typed_into_a_refused_decision_stands_there_again_once(finding: Finding, enter: Callable[..., Any]) -> None:
    client, address = enter(Role.AUDITOR), f"/findings/{finding.finding_id}/"
    client.post(f"{address}verdict/", {"outcome": "partly", "amount": "", "reason": "只有<两天>没有诊疗", "version": "0"})
    shown = client.get(address).content.decode()
    assert 'value="partly" checked' in shown
    assert "只有&lt;两天&gt;没有诊疗</textarea>" in shown
    assert "没有诊疗</textarea>" not in client.get(address).content.decode()


def test_nobody_reviews_his_own_decision(finding: Finding, enter: Callable[..., Any]) -> None:
    lead = enter(Role.LEAD, ())
    decide(lead, finding, "confirmed")
    verdict = Verdict.objects.get()
    lead.post(f"/verdicts/{verdict.pk}/review/", {"agree": "1", "version": "1"})
    assert Verdict.objects.get().review == Review.WAITING
    enter(Role.REVIEWER, ()).post(f"/verdicts/{verdict.pk}/review/", {"agree": "1", "version": "1"})
    assert Verdict.objects.get().review == Review.AGREED


def test_sending_back_needs_a_reason(finding: Finding, enter: Callable[..., Any]) -> None:
    decide(enter(Role.AUDITOR, ()), finding, "confirmed")
    reviewer, pk = enter(Role.REVIEWER, ()), Verdict.objects.get().pk
    reviewer.post(f"/verdicts/{pk}/review/", {"agree": "0", "version": "1"})
    assert Verdict.objects.get().review == Review.WAITING
    reviewer.post(f"/verdicts/{pk}/review/", {"agree": "0", "version": "1", "remark": "请补病程记录"})
    assert Verdict.objects.get().review == Review.SENT_BACK


def test_undo_brings_back_what_stood_before_and_stays_in_the_history(finding: Finding, enter: Callable[..., Any]) -> None:
    client = enter(Role.AUDITOR, ())
    decide(client, finding, "confirmed")
    pk = Verdict.objects.get().pk
    enter(Role.LEAD, ()).post(f"/verdicts/{pk}/undo/", {"version": "1"})
    assert Verdict.objects.get().outcome == Outcome.CONFIRMED, "only one's own decision can be undone"
    client.post(f"/verdicts/{pk}/undo/", {"version": "1"})
    verdict = Verdict.objects.get()
    assert (verdict.outcome, verdict.version) == (Outcome.OPEN, 2)
    assert VerdictChange.objects.filter(verdict=verdict).count() == 2


def test_a_bulk_decision_skips_what_others_decided_and_can_be_undone(runs: tuple[Any, Any], enter: Callable[..., Any]) -> None:
    codes = list(Suspect.objects.filter(run=runs[1]).values_list("fixmedins_code", flat=True)[:3])
    other = enter(Role.LEAD, (), username="other")
    other.post(f"/institutions/{codes[0]}/verdict/", {"outcome": "confirmed", "version": "0", "reason": "已现场核实"})
    client = enter(Role.AUDITOR, ())
    data = {"code": codes, "outcome": "dismissed", "reason": "季节性波动", **{f"version-{code}": "0" for code in codes}}
    client.post("/suspects/bulk/", data)
    assert set(Verdict.objects.filter(outcome="dismissed").values_list("fixmedins_code", flat=True)) == set(codes[1:])
    client.post("/suspects/bulk/undo/")
    assert not Verdict.objects.filter(outcome="dismissed").exists()
    assert Verdict.objects.filter(outcome="confirmed").count() == 1


def test_the_memory_gets_only_reviewed_verdicts_in_its_own_words(finding: Finding, enter: Callable[..., Any], tmp_path: Path) -> None:
    decide(enter(Role.AUDITOR, ()), finding, "partly", amount="12.34")
    assert export_verdicts(tmp_path / "verdicts.parquet") == 0
    enter(Role.REVIEWER, ()).post(f"/verdicts/{Verdict.objects.get().pk}/review/", {"agree": "1", "version": "1"})
    assert export_verdicts(tmp_path / "verdicts.parquet") == 1
    frame = pl.read_parquet(tmp_path / "verdicts.parquet")
    assert dict(frame.schema) == VERDICT_SCHEMA
    assert frame.row(0, named=True) | {"decided_at": None} == {
        "finding_id": finding.finding_id, "rule_id": "idle_bed_days", "fixmedins_code": finding.fixmedins_code, "verdict": "partly_confirmed",
        "amount": 12.34, "reason": "核对病历后认定", "decided_at": None,
    }  # fmt: skip


def test_a_mention_reaches_only_who_may_see_the_case(finding: Finding, enter: Callable[..., Any], make_user: Callable[..., Any]) -> None:
    near, far = make_user(Role.REVIEWER, (finding.admdvs,), username="near"), make_user(Role.REVIEWER, ("439999",), username="far")
    enter(Role.AUDITOR, ()).post(f"/findings/{finding.finding_id}/comment/", {"text": "请 @near 与 @far 看"})
    assert list(Comment.objects.get().mentions.all()) == [near]
    assert far.mentioned_in.count() == 0


def test_ticked_findings_are_decided_at_once_each_at_its_whole_amount_and_taken_back_at_once(
    runs: tuple[Any, Any], enter: Callable[..., Any]
) -> None:
    code = institutions()[0][0]
    findings = list(Finding.objects.filter(run=runs[1], fixmedins_code=code).order_by("-amount_fen")[:3])
    other = Finding.objects.filter(run=runs[1]).exclude(fixmedins_code=code).first()
    assert other is not None
    decide(enter(Role.LEAD, (), username="faster"), findings[2], "dismissed")
    client = enter(Role.AUDITOR, ())
    form = {"f": [f.finding_id for f in [*findings, other]], "outcome": "confirmed", "reason": "核对病历后认定"}
    client.post(f"/institutions/{code}/findings/bulk/", {**form, **{f"version-{f.finding_id}": "0" for f in findings}})
    states = dict(Verdict.objects.values_list("finding_id", "outcome"))
    assert states == {findings[0].finding_id: "confirmed", findings[1].finding_id: "confirmed", findings[2].finding_id: "dismissed"}
    assert Verdict.objects.get(finding_id=findings[0].finding_id).amount_fen == findings[0].amount_fen
    page = client.get(f"/institutions/{code}/").content.decode()
    assert "撤销上次批量判定" in page
    assert "撤销上次批量判定" not in client.get("/suspects/").content.decode(), "it was not a decision on institutions"
    client.post("/suspects/bulk/undo/")
    assert set(Verdict.objects.exclude(outcome="open").values_list("finding_id", flat=True)) == {findings[2].finding_id}


@pytest.mark.parametrize(
    "form", [{"outcome": "partly", "reason": "核对病历后认定"}, {"outcome": "dismissed", "reason": ""}, {"outcome": "confirmed"}]
)
def test_a_bulk_decision_without_choice_reason_or_ticks_changes_nothing(
    runs: tuple[Any, Any], enter: Callable[..., Any], form: dict[str, str]
) -> None:
    code = institutions()[0][0]
    ticked = {} if form == {"outcome": "confirmed"} else {"f": [Finding.objects.filter(run=runs[1], fixmedins_code=code)[0].finding_id]}
    assert enter(Role.AUDITOR, ()).post(f"/institutions/{code}/findings/bulk/", {**form, **ticked}).status_code == 302
    assert not Verdict.objects.exists()


def test_a_reviewer_agrees_to_the_ticked_but_never_to_his_own_or_to_what_changed(runs: tuple[Any, Any], enter: Callable[..., Any]) -> None:
    findings = list(Finding.objects.filter(run=runs[1], admdvs=COUNTIES[0])[:3])
    foreign = Finding.objects.filter(run=runs[1], admdvs=COUNTIES[1]).first()
    assert foreign is not None
    author, lead = enter(Role.AUDITOR, (), username="author"), enter(Role.LEAD, (COUNTIES[0],), username="lead")
    decide(author, findings[0], "confirmed")
    decide(author, findings[1], "confirmed")
    decide(lead, findings[2], "confirmed")
    decide(author, foreign, "confirmed")
    decide(author, findings[1], "confirmed", version=1)  # changed since the lead saw it
    verdicts = Verdict.objects.all()
    lead.post("/verdicts/review/", {"pk": [v.pk for v in verdicts], **{f"version-{v.pk}": "1" for v in verdicts}})
    agreed = set(Verdict.objects.filter(review=Review.AGREED).values_list("finding_id", flat=True))
    assert agreed == {findings[0].finding_id}
