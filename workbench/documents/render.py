"""Official documents from a case file: Word by docxtpl from the templates, the fee lines as a workbook."""

from __future__ import annotations

import io
import os
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from docxtpl import DocxTemplate

from workbench.cases.models import Case, CaseStep, Origin
from workbench.documents.case_file import CaseFile, Matter
from workbench.documents.make_templates import FOLDER
from workbench.screens.formats import capital_yuan, county, masked, number, yuan
from workbench.screens.words import law_text, rule_title

#: what a document shows where nothing was filled in, for writing by hand
BLANK = "＿＿＿＿＿＿"
#: fee lines in the Word list; the workbook has all
MOST_LINES = 1000


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of document: its title, whether it rests on reviewed verdicts, what it is for."""

    title: Any
    decided: bool
    purpose: Any


DOCUMENTS = {
    "inspection_notice": Document(_("稽核通知书"), False, _("告知时间、地点、人员、需核实的事项和需准备的资料")),
    "evidence_list": Document(_("取证清单"), False, _("逐项列出就诊、日期、数据情况和费用明细，供现场调取资料")),
    "fact_confirmation": Document(_("事实确认书"), True, _("已判定属实并经复核的事实，供机构确认或提出异议")),
    "handling_opinion": Document(_("处理意见书"), True, _("事实、涉及规定、应退回的基金损失、整改和异议")),
}
LINES_WORKBOOK = "fee_lines"


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form adds to the case: all may be left empty and be written by hand."""

    bureau: str = ""
    number: str = ""
    officers: str = ""
    begins: str = ""
    place: str = ""
    contact: str = ""
    days: str = ""


def word(name: str, case: CaseFile, filled: Filled, *, made_by: str, today: date) -> bytes:
    """The Word document ``name`` (DOCUMENTS) of the case."""
    template = DocxTemplate(str(template_of(name)))
    given = {key: value.strip() or BLANK for key, value in asdict(filled).items()}
    given["number"] = filled.number.strip() or "〔　　〕　　号"
    return _filled_in(template, _facts(case) | given, made_by=made_by, today=today)


def clearance_letter(case: Case, *, made_by: str, today: date) -> bytes:
    """The letter that clears the institution of a case that ended so."""
    facts = {
        "bureau": os.environ.get("HUOYAN_BUREAU") or BLANK,
        "number": case.number or BLANK,
        "institution": case.fixmedins_name,
        "code": case.fixmedins_code,
        "opened": chinese_date(timezone.localdate(case.opened)),
        "closing": case.closing,
        "run_id": case.run.run_id if case.run else "—",
    }
    return _filled_in(DocxTemplate(str(template_of("clearance_letter"))), facts, made_by=made_by, today=today)


def handover_letter(case: Case, step: CaseStep, matters: CaseFile | None, n_earlier: int, *, made_by: str, today: date) -> bytes:
    """The letter that goes with a matter handed over; ``matters`` are the case's findings upheld by review, if any, beside ``n_earlier`` that
    only earlier runs know."""
    fen = matters.amount_fen if matters else 0
    facts = {
        "bureau": os.environ.get("HUOYAN_BUREAU") or BLANK,
        "number": case.number or BLANK,
        "receiver": step.receiver,
        "institution": case.fixmedins_name,
        "code": case.fixmedins_code,
        "county": county(case.admdvs),
        "opened": chinese_date(timezone.localdate(case.opened)),
        "clue": case.reason,
        "origin": Origin(case.origin).label,
        "matter": step.note,
        "handed_over": chinese_date(step.day),
        "n_upheld": len(matters.matters) if matters else 0,
        "n_earlier": n_earlier,
        "amount": yuan(fen),
        "amount_words": capital_yuan(fen),
        "run_id": case.run.run_id if case.run else "—",
    }
    return _filled_in(DocxTemplate(str(template_of("handover_letter"))), facts, made_by=made_by, today=today)


def _filled_in(template: DocxTemplate, facts: dict[str, Any], *, made_by: str, today: date) -> bytes:
    facts = facts | {"made_by": made_by, "made_at": f"{today:%Y-%m-%d}", "date": chinese_date(today)}
    # autoescape: names and remarks may hold < and &
    template.render(facts, jinja_env=jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined))
    content = io.BytesIO()
    template.save(content)
    return content.getvalue()


def template_of(name: str) -> Path:
    """The bureau's own template where it keeps one (HUOYAN_TEMPLATES), else the shipped one."""
    own = Path(os.environ.get("HUOYAN_TEMPLATES", "")) / f"{name}.docx"
    return own if os.environ.get("HUOYAN_TEMPLATES") and own.is_file() else FOLDER / f"{name}.docx"


def chinese_date(day: date) -> str:
    """2026年3月8日"""
    return f"{day.year}年{day.month}月{day.day}日"


def _period(first: date | None, last: date | None) -> str:
    if first is None:
        return "—"
    return f"{first:%Y-%m-%d}" if last is None or last == first else f"{first:%Y-%m-%d}至{last:%Y-%m-%d}"


def _facts(case: CaseFile) -> dict[str, Any]:
    period = case.period
    rows = [_row(matter) for matter in case.matters]
    return {
        "institution": case.suspect.fixmedins_name,
        "code": case.suspect.fixmedins_code,
        "county": county(case.suspect.admdvs),
        "period": f"{chinese_date(period[0])}至{chinese_date(period[1])}" if period else "",
        "findings": rows,
        "groups": _groups(case),
        "lines": [_line(row) for row in case.lines.head(MOST_LINES).iter_rows(named=True)],
        "n_findings": len(rows),
        "n_visits": len({m.finding.mdtrt_id for m in case.matters if m.finding.mdtrt_id}),
        "n_lines": len({line for m in case.matters for line in m.finding.line_list}),
        "left_out": case.left_out,
        "lines_left_out": max(0, case.lines.height - MOST_LINES),
        "amount": yuan(case.amount_fen),
        "amount_words": capital_yuan(case.amount_fen),
        "loss": yuan(case.loss_fen),
        "loss_words": capital_yuan(case.loss_fen),
        "run_id": case.run.run_id,
    }


def _row(matter: Matter) -> dict[str, Any]:
    finding = matter.finding
    return {
        "number": matter.number,
        "visit": finding.mdtrt_id or "—",
        "person": masked(finding.psn_no),
        "period": _period(finding.occurred_from, finding.occurred_to),
        "title": rule_title(finding.rule_id, "zh"),
        "evidence": finding.evidence,
        "reason": f"认定说明：{matter.reason}" if matter.reason else "",
        "n_lines": len(finding.line_list),
        "amount": yuan(matter.amount_fen),
        "loss": yuan(matter.loss_fen),
    }


def _groups(case: CaseFile) -> list[dict[str, Any]]:
    """The matters by rule, in order of their numbers; sums of a group count a fee line once."""
    groups = []
    for place, (rule_id, some) in enumerate(groupby(case.matters, key=lambda m: m.finding.rule_id), start=1):
        matters = list(some)
        first = [m.finding.occurred_from for m in matters if m.finding.occurred_from]
        last = [m.finding.occurred_to or m.finding.occurred_from for m in matters if m.finding.occurred_from]
        keys = dict.fromkeys(key for m in matters for key in m.finding.legal_basis.split())
        groups.append(
            {
                "number": place,
                "ordinal": _ordinal(place),
                "title": rule_title(rule_id, "zh"),
                "law": "；".join(law_text(key) for key in keys) or "—",
                "period": _period(min(first, default=None), max((day for day in last if day), default=None)),
                "n": len(matters),
                "amount": yuan(sum(case.counted[m.number][0] for m in matters)),
                "loss": yuan(sum(case.counted[m.number][1] for m in matters)),
                "findings": [_row(matter) for matter in matters],
            }
        )
    return groups


def _ordinal(place: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(place, 10)
    return digits[ones] if not tens else ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": "、".join(str(n) for n in row["numbers"]),
        "id": row["bkkp_sn"],
        "visit": row["mdtrt_id"] or "—",
        "time": f"{row['time']:%Y-%m-%d %H:%M}" if row["time"] else "—",
        "item": row["hilist_code"] or "—",
        "name": row["hilist_name"] or "—",
        "cnt": number(row["cnt"]),
        "fee": yuan(row["fee_fen"]),
        "inscp": yuan(row["inscp_fen"]),
    }


def lines_workbook(case: CaseFile, *, made_by: str, today: date) -> bytes:
    """All matters and all their fee lines as a workbook, the annex to the evidence list."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    border = {"border": 1, "border_color": "#C8D0D8", "valign": "top"}
    formats = {
        "head": book.add_format({**border, "bold": True, "bg_color": "#E6ECF2", "text_wrap": True, "valign": "vcenter"}),
        "text": book.add_format({**border, "text_wrap": True}),
        "money": book.add_format({**border, "num_format": "#,##0.00"}),
        "count": book.add_format({**border, "num_format": "#,##0.##"}),
        "time": book.add_format({**border, "num_format": "yyyy-mm-dd hh:mm"}),
        "total": book.add_format({**border, "bold": True, "num_format": "#,##0.00"}),
    }
    stamp = f"{case.suspect.fixmedins_name}（{case.suspect.fixmedins_code}）；制作：{made_by} {today:%Y-%m-%d}；数据批次：{case.run.run_id}"
    matters = [
        (
            m.number, m.finding.mdtrt_id, masked(m.finding.psn_no), _period(m.finding.occurred_from, m.finding.occurred_to),
            rule_title(m.finding.rule_id, "zh"), m.finding.evidence, len(m.finding.line_list), m.amount_fen / 100, round(m.loss_fen) / 100,
        )
        for m in case.matters
    ]  # fmt: skip
    sheet = _sheet(book, formats, "核实事项", stamp, _MATTER_COLUMNS, matters)
    below = 3 + len(matters)
    sheet.write(below, 5, "合计（同一费用明细只计一次）", formats["head"])
    sheet.write(below, 7, case.amount_fen / 100, formats["total"])
    sheet.write(below, 8, case.loss_fen / 100, formats["total"])
    lines = [
        (
            "、".join(map(str, row["numbers"])), row["bkkp_sn"], row["mdtrt_id"], row["time"], row["hilist_code"], row["hilist_name"],
            row["bilg_dept_name"], row["cnt"], row["pric"], row["fee_fen"] / 100, row["inscp_fen"] / 100,
        )
        for row in case.lines.iter_rows(named=True)
    ]  # fmt: skip
    _sheet(book, formats, "费用明细", stamp, _LINE_COLUMNS, lines)
    book.close()
    return content.getvalue()


_MATTER_COLUMNS = (
    ("序号", "count", 6), ("就诊号", "text", 20), ("参保人编号", "text", 14), ("发生日期", "text", 24), ("核实事项", "text", 24),
    ("数据情况", "text", 60), ("明细条数", "count", 9), ("涉及金额（元）", "money", 14), ("基金损失（元）", "money", 14),
)  # fmt: skip
_LINE_COLUMNS = (
    ("事项序号", "text", 9), ("明细流水号", "text", 22), ("就诊号", "text", 20), ("费用发生时间", "time", 17), ("医保目录编码", "text", 24),
    ("项目名称", "text", 30), ("科室", "text", 14), ("数量", "count", 8), ("单价（元）", "money", 11), ("金额（元）", "money", 12),
    ("范围内（元）", "money", 12),
)  # fmt: skip


def _sheet(book: Any, formats: dict[str, Any], title: str, stamp: str, columns: tuple[tuple[str, str, int], ...], rows: list[tuple[Any, ...]]) -> Any:
    sheet = book.add_worksheet(title)
    sheet.write(0, 0, stamp)
    for column, (heading, _kind, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write(2, column, heading, formats["head"])
    for line, row in enumerate(rows, start=3):
        for column, (value, (_heading, kind, _width)) in enumerate(zip(row, columns, strict=True)):
            if value is None or value == "":
                sheet.write_blank(line, column, None, formats[kind])
            elif kind == "text":
                sheet.write_string(line, column, str(value), formats[kind])
            elif kind == "time":
                sheet.write_datetime(line, column, value, formats[kind])
            else:
                sheet.write_number(line, column, value, formats[kind])
    sheet.freeze_panes(3, 1)
    sheet.autofilter(2, 0, max(2, 2 + len(rows)), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&L" + stamp.replace("&", "&&") + "&R&P / &N")
    return sheet
