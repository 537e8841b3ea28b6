"""The four lists and three ledgers of the cases as one workbook: clues, problems, rectification, handed over; inspections, recovery, clearing.

Chinese in every language, as all official documents are; a sheet a list, each with who took it and when.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import override

from workbench.cases.flow import recovered, upheld
from workbench.cases.models import Case, Result, StepKind
from workbench.screens.formats import county
from workbench.screens.words import rule_title

HEAD = ("案件编号", "机构代码", "机构名称", "区县")


@dataclass(frozen=True, slots=True)
class Ledger:
    """One sheet: its title, the headings after HEAD, and the rows of one case. Columns whose heading ends in （元） hold fen."""

    title: str
    headings: tuple[str, ...]
    rows: Any


def _clue(case: Case) -> Iterator[tuple[Any, ...]]:
    yield (
        case.get_origin_display(),
        timezone.localdate(case.opened),
        case.reason,
        case.opened_by.name,
        case.get_stage_display(),
        case.get_result_display(),
    )


def _problems(case: Case) -> Iterator[tuple[Any, ...]]:
    for verdict in upheld(case).select_related("author", "reviewer").order_by("-amount_fen"):
        what = rule_title(verdict.rule_id, "zh-hans") if verdict.rule_id else "机构整体"
        people = [person.name if person else "" for person in (verdict.author, verdict.reviewer)]
        yield what, verdict.finding_id, verdict.get_outcome_display(), verdict.amount_fen, verdict.reason, *people


def _of_kind(*kinds: str) -> Any:
    def rows(case: Case) -> Iterator[tuple[Any, ...]]:
        for step in case.steps.filter(kind__in=kinds).select_related("author"):
            yield step.get_kind_display(), step.day, step.note, step.author.name

    return rows


def _handed_over(case: Case) -> Iterator[tuple[Any, ...]]:
    for step in case.steps.filter(kind=StepKind.HANDED_OVER).select_related("author"):
        yield step.receiver, step.day, step.note, step.author.name


def _inspection(case: Case) -> Iterator[tuple[Any, ...]]:
    last = case.steps.last()
    handlers = "、".join(user.name for user in case.handlers.order_by("username"))
    closed = timezone.localdate(case.closed) if case.closed else None
    yield (
        county(case.team) if case.team else "", handlers, timezone.localdate(case.opened), case.due, case.get_stage_display(),
        last.day if last else None, closed, case.get_result_display(), case.closing,
    )  # fmt: skip


def _recovery(case: Case) -> Iterator[tuple[Any, ...]]:
    if case.owed_fen is None:
        return
    back = recovered(case)
    days = "、".join(f"{step.day:%Y-%m-%d} {(step.amount_fen or 0) / 100:,.2f}" for step in case.steps.filter(kind=StepKind.RECOVERED))
    yield case.owed_fen, back, case.owed_fen - back, days, case.get_stage_display()


def _clearing(case: Case) -> Iterator[tuple[Any, ...]]:
    if case.result == Result.CLEARED and case.closed:
        yield timezone.localdate(case.opened), timezone.localdate(case.closed), case.closing


LEDGERS = (
    Ledger("线索清单", ("线索来源", "登记日期", "线索内容", "登记人", "环节", "结果"), _clue),
    Ledger("问题清单", ("问题", "疑点编号", "判定", "认定金额（元）", "理由", "判定人", "复核人"), _problems),
    Ledger("整改清单", ("事项", "日期", "处理措施和整改情况", "登记人"), _of_kind(StepKind.MEASURE, StepKind.RECTIFIED)),
    Ledger("移送清单", ("接收机关", "移送日期", "移送事项", "登记人"), _handed_over),
    Ledger("核查台账", ("承办区县", "承办人", "登记日期", "办理期限日期", "环节", "最近办理日期", "结案日期", "结果", "结论"), _inspection),
    Ledger("追回台账", ("应追回（元）", "已追回（元）", "未追回（元）", "到账日期和金额", "环节"), _recovery),
    Ledger("澄清台账", ("登记日期", "澄清日期", "结论"), _clearing),
)


def ledgers(cases: QuerySet[Case], stamp: str) -> bytes:
    """The workbook of all sheets over the cases; ``stamp`` tells who took it and when."""
    content = io.BytesIO()
    with override("zh-hans"):
        listed = list(cases.select_related("opened_by").prefetch_related("handlers"))
        book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        for ledger in LEDGERS:
            rows = [
                (case.number, case.fixmedins_code, case.fixmedins_name, county(case.admdvs), *row) for case in listed for row in ledger.rows(case)
            ]
            _sheet(book, ledger, rows, stamp)
        book.close()
    return content.getvalue()


def _sheet(book: Any, ledger: Ledger, rows: Iterable[tuple[Any, ...]], stamp: str) -> None:
    line = {"border": 1, "border_color": "#C8D0D8", "valign": "top"}
    text, money = book.add_format({**line, "text_wrap": True}), book.add_format({**line, "num_format": "#,##0.00"})
    day = book.add_format({**line, "num_format": "yyyy-mm-dd", "align": "left"})
    head = book.add_format({**line, "bold": True, "bg_color": "#E6ECF2", "text_wrap": True})
    sheet = book.add_worksheet(ledger.title)
    sheet.write(0, 0, f"{ledger.title}　导出人与时间：{stamp}。含医保稽核信息，注意保密。")
    headings = ("序号", *HEAD, *ledger.headings)
    sheet.write_row(2, 0, headings, head)
    for number, row in enumerate(rows, start=1):
        sheet.write_number(2 + number, 0, number, text)
        for column, value in enumerate(row, start=1):
            if isinstance(value, date):
                sheet.write_datetime(2 + number, column, value, day)
            elif headings[column].endswith("（元）") and value is not None:
                sheet.write_number(2 + number, column, value / 100, money)
            else:
                sheet.write_string(2 + number, column, "" if value is None else str(value), text)
    wide = ("线索内容", "理由", "处理措施和整改情况", "移送事项", "结论", "到账日期和金额")
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, 6 if heading == "序号" else 44 if heading in wide else 24 if heading == "机构名称" else 15)
    sheet.freeze_panes(3, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&L" + stamp.replace("&", "&&") + "&R&P / &N")
