"""Official documents: what they say, whom they never accuse, sums that count a line once, templates that are the drawn ones."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from tests.workbench.small_city import COUNTIES, institutions
from workbench.accounts.models import Role
from workbench.audit.models import AuditEntry
from workbench.cases.models import Verdict
from workbench.documents import make_templates
from workbench.documents.case_file import CaseFile, Matter, chosen, count_once, gather, lines_at_fault, upheld
from workbench.documents.render import DOCUMENTS, Filled, template_of, word
from workbench.results.models import Finding, Run, Suspect
from workbench.screens.formats import capital_yuan

HOSPITAL = institutions()[0][0]
ADDRESS = f"/institutions/{HOSPITAL}/documents/"


def text_of(content: bytes) -> str:
    """All text of a Word document, tables too."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def decide(finding: Finding, outcome: str, author: Any, *, amount_fen: int | None = None, review: str = "agreed", reason: str = "属实。") -> Verdict:
    return Verdict.objects.create(
        fixmedins_code=finding.fixmedins_code, finding_id=finding.finding_id, rule_id=finding.rule_id, kind=finding.kind, admdvs=finding.admdvs,
        outcome=outcome, amount_fen=amount_fen, reason=reason, review=review, author=author, run=finding.run,
    )  # fmt: skip


@pytest.fixture
def findings(runs: tuple[Any, Any]) -> list[Finding]:
    return list(Finding.objects.filter(run=runs[1], fixmedins_code=HOSPITAL).order_by("-amount_fen", "pk"))


# --- what the documents say ---


def test_a_notice_names_the_matters_the_sum_and_who_made_it_but_no_person_in_clear(enter: Callable[..., Any], findings: list[Finding]) -> None:
    client = enter(Role.AUDITOR)
    answer = client.post(ADDRESS, {"document": "inspection_notice", "bureau": "甲市医保中心", "place": "你单位 <会议室> & 病房"})
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    assert answer["Content-Disposition"].startswith("attachment")
    said = text_of(answer.content)
    for expected in (
        "甲市医保中心",
        "医疗保障基金稽核通知书",
        "第1人民医院：",
        "挂床住院",
        "6,252.00",
        "不是对违规的认定",
        "你单位 <会议室> & 病房",
        client.user.username,
    ):
        assert expected in said, expected
    assert not any(finding.psn_no and finding.psn_no in said for finding in findings)
    logged = AuditEntry.objects.get(action="document")
    assert json.loads(logged.detail) == {"document": "inspection_notice", "findings": len(findings), "run": "run-2025-01"}


def test_the_evidence_list_holds_each_visit_and_the_fee_lines_at_fault(enter: Callable[..., Any], findings: list[Finding]) -> None:
    said = text_of(enter(Role.LEAD, ()).post(ADDRESS, {"document": "evidence_list"}).content)
    for finding in findings:
        assert finding.evidence in said
        assert not finding.mdtrt_id or finding.mdtrt_id in said
        assert all(line in said for line in finding.line_list)


def test_only_the_ticked_findings_or_those_of_one_rule_are_listed(enter: Callable[..., Any], findings: list[Finding]) -> None:
    client = enter(Role.AUDITOR)
    ticked = [finding for finding in findings if finding.rule_id == "idle_bed_days"][:1]
    said = text_of(client.post(ADDRESS, {"document": "evidence_list", "f": [ticked[0].finding_id]}).content)
    assert ticked[0].mdtrt_id in said
    assert "同村的4人" not in said
    assert "无任何治疗" not in text_of(client.post(ADDRESS, {"document": "evidence_list", "rule": "group_admission"}).content)


def test_the_workbook_of_fee_lines_holds_every_line_with_its_matter(enter: Callable[..., Any], findings: list[Finding]) -> None:
    answer = enter(Role.AUDITOR).post(ADDRESS, {"document": "fee_lines"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    matters, lines = book["核实事项"], book["费用明细"]
    assert matters.max_row == 3 + len(findings) + 1
    assert matters.cell(matters.max_row, 8).value == sum(finding.amount_fen for finding in findings) / 100
    listed = [row[1].value for row in lines.iter_rows(min_row=4)]
    assert sorted(listed) == sorted({line for finding in findings for line in finding.line_list})


# --- whom they accuse ---


def test_facts_and_handling_rest_on_reviewed_verdicts_and_their_amounts(
    enter: Callable[..., Any], make_user: Callable[..., Any], findings: list[Finding]
) -> None:
    author = make_user(Role.LEAD, (), username="author")
    confirmed, partly, waiting, dismissed = [finding for finding in findings if finding.lines][:4]
    decide(confirmed, "confirmed", author, amount_fen=confirmed.amount_fen)
    decide(partly, "partly", author, amount_fen=partly.amount_fen // 2, reason="其中两天有查房记录。")
    decide(waiting, "confirmed", author, amount_fen=waiting.amount_fen, review="waiting")
    decide(dismissed, "dismissed", author)
    client = enter(Role.AUDITOR)
    facts = text_of(client.post(ADDRESS, {"document": "fact_confirmation"}).content)
    total = confirmed.amount_fen + partly.amount_fen // 2
    assert f"以上共2项，认定金额合计（同一费用明细只计一次）{total / 100:,.2f}元（{capital_yuan(total)}）" in facts
    assert "认定说明：其中两天有查房记录。" in facts
    assert waiting.mdtrt_id not in facts
    assert dismissed.mdtrt_id not in facts
    handling = text_of(client.post(ADDRESS, {"document": "handling_opinion"}).content)
    loss = round(confirmed.loss_fen + partly.loss_fen * (partly.amount_fen // 2) / partly.amount_fen)
    assert f"退回造成的医疗保障基金损失{loss / 100:,.2f}元" in handling
    assert "第三十八条第（一）项" in handling
    assert dismissed.mdtrt_id not in text_of(client.post(ADDRESS, {"document": "evidence_list"}).content), "dismissed matters are in no document"


def test_without_a_reviewed_verdict_there_is_no_document_of_facts(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.AUDITOR)
    for name in ("fact_confirmation", "handling_opinion", "nonsense"):
        answer = client.post(ADDRESS, {"document": name})
        assert answer.status_code == 302, name
    assert not AuditEntry.objects.filter(action="document").exists()


def test_an_institution_found_innocent_as_a_whole_gets_no_document(
    enter: Callable[..., Any], make_user: Callable[..., Any], findings: list[Finding]
) -> None:
    Verdict.objects.create(
        fixmedins_code=HOSPITAL, admdvs=COUNTIES[0], outcome="dismissed", review="waiting", author=make_user(Role.LEAD, (), username="author")
    )
    client = enter(Role.AUDITOR)
    assert client.post(ADDRESS, {"document": "inspection_notice"}).status_code == 302
    assert "该机构整体已判定不属实" in client.get(ADDRESS).content.decode()


def test_where_the_whole_institution_was_confirmed_its_undecided_findings_stand_too(
    make_user: Callable[..., Any], findings: list[Finding], runs: tuple[Any, Any]
) -> None:
    author = make_user(Role.LEAD, (), username="author")
    suspect = Suspect.objects.get(run=runs[1], fixmedins_code=HOSPITAL)
    whole = Verdict.objects.create(fixmedins_code=HOSPITAL, outcome="confirmed", amount_fen=suspect.amount_fen, review="agreed", author=author)
    decide(findings[1], "returned", author, review="none")
    rows = chosen(runs[1], HOSPITAL)
    assert {finding.finding_id for finding in upheld(rows, suspect)} == {f.finding_id for f in findings} - {findings[1].finding_id}
    Verdict.objects.filter(pk=whole.pk).update(amount_fen=suspect.amount_fen - 1)
    assert not upheld(rows, suspect).exists(), "a smaller sum leaves open which findings it means"


# --- sums ---


def matter(number: int, amount_fen: int, lines: str, *, kind: str = "bed_hanging", stay: str = "") -> Matter:
    return Matter(Finding(finding_id=str(number), lines=lines, kind=kind, mdtrt_id=stay), amount_fen, amount_fen / 2, number=number)


@pytest.mark.parametrize(
    ("matters", "amount_fen"),
    [
        ([matter(1, 1000, "a b"), matter(2, 500, "c")], 1500),
        ([matter(1, 1000, "a b"), matter(2, 500, "b")], 1000),
        ([matter(1, 1000, "a b"), matter(2, 600, "b c")], 1300),
        ([matter(1, 1000, ""), matter(2, 400, "")], 1000),
        ([matter(1, 1000, ""), matter(2, 400, "", kind="upcoding")], 1400),
        ([matter(1, 1000, "", stay="M1"), matter(2, 400, "", stay="M2")], 1400),
    ],
    ids=["no line twice", "all lines counted before", "half of the lines new", "one kind of the whole house", "two kinds", "two stays"],
)
def test_a_line_that_several_matters_name_counts_once(matters: list[Matter], amount_fen: int) -> None:
    import polars as pl

    case = CaseFile(Run(), Suspect(), matters, pl.DataFrame({"bkkp_sn": ["a", "b", "c"], "inscp_fen": [300, 300, 300]}))
    count_once(case)
    assert (case.amount_fen, case.loss_fen) == (amount_fen, amount_fen // 2)


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "人民币零元整"),
        (5, "人民币伍分"),
        (10, "人民币壹角整"),
        (100, "人民币壹元整"),
        (101, "人民币壹元零壹分"),
        (1000500, "人民币壹万零伍元整"),
        (1234567, "人民币壹万贰仟叁佰肆拾伍元陆角柒分"),
        (10_000_000_00, "人民币壹仟万元整"),
        (10_001_000_000, "人民币壹亿零壹万元整"),
        (12340000005, "人民币壹亿贰仟叁佰肆拾万元零伍分"),
    ],
)
def test_sums_in_words_are_written_as_on_a_cheque(fen: int, words: str) -> None:
    assert capital_yuan(fen) == words


# --- lines and templates ---


def test_without_the_lake_a_document_is_made_that_names_the_number_of_lines(runs: tuple[Any, Any], findings: list[Finding]) -> None:
    run = runs[1]
    run.lake = ""
    suspect = Suspect.objects.get(run=run, fixmedins_code=HOSPITAL)
    case = gather(run, suspect, chosen(run, HOSPITAL), decided=False)
    assert lines_at_fault(run, case.matters).is_empty()
    assert case.amount_fen == sum(finding.amount_fen for finding in findings)
    assert "所涉费用明细" not in text_of(word("evidence_list", case, Filled(), made_by="张", today=date(2026, 3, 8)))


@pytest.mark.parametrize("name", sorted(make_templates.TEMPLATES))
def test_the_shipped_templates_are_the_ones_that_are_drawn_and_use_official_fonts(name: str, tmp_path: Path) -> None:
    make_templates.TEMPLATES[name]().save(str(tmp_path / "t.docx"))
    shipped, drawn = (zipfile.ZipFile(path).read("word/document.xml").decode() for path in (template_of(name), tmp_path / "t.docx"))
    assert shipped == drawn, "run python -m workbench.documents.make_templates"
    assert "仿宋_GB2312" in shipped
    assert "方正小标宋简体" in shipped
    assert not [part for part in zipfile.ZipFile(template_of(name)).namelist() if "fonts/" in part], "fonts are named, never shipped"


def test_a_bureaus_own_template_goes_before_the_shipped_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "evidence_list.docx").write_bytes(b"")
    monkeypatch.setenv("HUOYAN_TEMPLATES", str(tmp_path))
    assert template_of("evidence_list").parent == tmp_path
    assert template_of("inspection_notice").parent == make_templates.FOLDER
    assert {*DOCUMENTS, "clearance_letter", "handover_letter"} == set(make_templates.TEMPLATES)
