"""``delivery_report.json``, ``delivery_report.html`` and ``quarantine/`` of a run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from features.contracts import all_tables
from flows.ingest.quarantine import QUARANTINE
from flows.ingest.report import REASONS, DeliveryReport, TableReport, yuan

JSON: Final = "delivery_report.json"
HTML: Final = "delivery_report.html"

#: Key of the report's profile or orphans → (Chinese name, what is done with such rows).
_SPECIALS: Final[Mapping[str, tuple[str, str]]] = {
    "visits_void": ("无效就诊（vali_flag=0）", "保留，不参与分析"),
    "settlements_void": ("无效结算", "保留，不参与分析"),
    "fee_lines_void": ("无效费用明细", "保留，不参与分析"),
    "settlements_refund": ("退费结算", "与原结算相抵"),
    "fee_lines_negative": ("负数费用明细", "与原明细相抵"),
    "settlements_interim": ("中途结算", "归并到同一次住院"),
    "stays_in_hospital": ("尚未出院的住院", "保留，待出院后更新"),
    "fee_lines_unsettled": ("尚未结算的费用明细", "保留，基金支付按零计"),
    "fee_lines_without_visit": ("费用明细找不到就诊", "保留，待就诊补交；此前不作证据"),
    "fee_lines_without_settlement": ("费用明细所指结算不在库中", "保留，待结算补交"),
    "refund_lines_without_original": ("退费明细找不到原明细", "保留，不作证据"),
    "refunds_without_original": ("退费结算找不到原结算", "保留，不作证据"),
    "settlements_without_visit": ("结算找不到就诊", "保留，待就诊补交"),
    "visits_without_person": ("就诊人员不在参保人员表", "保留，年龄性别按未知处理"),
    "visits_without_institution": ("就诊机构不在机构表", "保留，机构信息按未知处理"),
    "settlement_lists_without_settlement": ("结算清单找不到结算", "保留"),
}


def write_report(report: DeliveryReport, out_dir: Path, *, not_run: Sequence[Mapping[str, Any]] | None = None) -> None:
    """Writes the report of a load into a run's folder, with a copy of the quarantined rows.

    ``not_run`` are the rules that wait: ``rule_id``, ``title_zh``, ``missing_tables``, ``missing_points`` each. Files are replaced whole.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    waiting = None if not_run is None else [dict(rule) for rule in not_run]
    plain = report.as_plain() | {"rules_not_run": waiting or []}
    _replace(out_dir / JSON, json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    _replace(out_dir / HTML, render(report, waiting))
    _copy_quarantine(report, out_dir / QUARANTINE)


def render(report: DeliveryReport, not_run: Sequence[Mapping[str, Any]] | None) -> str:
    """The report as one self-contained Chinese page."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    pages.filters["thousands"] = lambda number: f"{number:,}"
    pages.filters["yuan"] = _grouped_yuan
    tables = [report.tables[name] for name in all_tables() if name in report.tables]
    days = [day for table in tables for day in (table.first_day, table.last_day) if day and table.table in ("mdtrt_d", "setl_d", "fee_list_d")]
    counts = report.profile | report.orphans
    return pages.get_template(HTML).render(
        report=report,
        tables=tables,
        period=(min(days), max(days)) if days else None,
        quarantined=[(table, reason, rows) for table in tables for reason, rows in sorted(table.quarantined.items(), key=lambda item: -item[1])],
        reasons=REASONS,
        notes=[note for table in tables for note in _notes(table)],
        specials=[(zh, counts[key], how) for key, (zh, how) in _SPECIALS.items() if key in counts],
        not_run=not_run,
        table_names={name: table.zh for name, table in all_tables().items()},
    )


def _notes(table: TableReport) -> list[tuple[TableReport, str, str, int | None]]:
    names = {column.name: column.zh for column in all_tables()[table.table].columns}
    notes: list[tuple[TableReport, str, str, int | None]] = []
    for column in table.columns_missing:
        required = "（必填）" if column in table.required_columns_missing else ""
        notes.append((table, column, f"缺少列{required}：{names[column]}", None))
    notes += [(table, column, "约定之外的列，未采用", None) for column in table.columns_unknown]
    for column, codes in table.unknown_codes.items():
        notes += [(table, column, f"未知代码 {code}（原样保留，未作推测）", rows) for code, rows in sorted(codes.items())]
    notes += [(table, column, f"{names[column]}：代码写法统一（如 2 → 02）", rows) for column, rows in table.recoded.items()]
    for column, flaw in table.blanked.items():
        samples = f"，如 {'、'.join(flaw.samples)}" if flaw.samples else ""
        notes.append((table, column, f"{names[column]}：无法识别或不可能成立，置空{samples}", flaw.rows))
    notes += [(table, column, f"{names[column]}：早于 1900 年，原样保留", rows) for column, rows in table.implausible_kept.items()]
    notes += [(table, column, f"{names[column]}：超过两位小数，四舍六入到分", rows) for column, rows in table.rounded.items()]
    return notes


def _grouped_yuan(fen: int) -> str:
    whole, part = yuan(abs(fen)).split(".")
    return f"{'-' if fen < 0 else ''}{int(whole):,}.{part}"


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _copy_quarantine(report: DeliveryReport, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if report.quarantine:
        shutil.copytree(Path(report.lake) / report.quarantine, folder)
