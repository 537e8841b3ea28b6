"""The workbook a bureau circulates: sheets for city, hospitals, departments, groups, alerts and budget, with Chinese headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from models.drg_monitor.funnel import WATCHED
from models.drg_monitor.monitor_table import COLUMNS, MEANING_ZH, WHOLE_PERIOD

_SHEETS: Final = (
    ("全市", "city", None),
    ("医疗机构", "hospital", WHOLE_PERIOD),
    ("医疗机构月度", "hospital", None),
    ("科室", "department", WHOLE_PERIOD),
    ("医师组", "physician", WHOLE_PERIOD),
    ("病组", "drg", WHOLE_PERIOD),
    ("机构病组", "hospital_drg", WHOLE_PERIOD),
)
_PERCENT: Final = ("_rate", "_share", "_expected", "mortality")
_YUAN: Final = ("payment", "cost", "surplus", "fund_paid", "mean_fee")
_A3: Final = 8
_WIDE: Final = {"fixmedins_name": 22, "drg_name": 34, "fixmedins_code": 15, "payment": 13, "cost": 13, "surplus": 13, "fund_paid": 13}
_ALERT_HEADERS: Final = {
    "level": "层级",
    "month": "月份",
    "fixmedins_name": "机构名称",
    "fixmedins_code": "机构编号",
    "dept": "科室",
    "physician": "医师",
    "drg_code": "病组",
    "measure_zh": "指标",
    "grade": "级别",
    "sentence": "说明",
    "driving_cases": "主要病例（就诊ID）",
}
_LEVEL_ZH: Final = {"city": "全市", "hospital": "医疗机构", "department": "科室", "physician": "医师组", "drg": "病组", "hospital_drg": "机构病组"}
_GRADE_ZH: Final = {"alarm": "报警", "warn": "预警"}


_UNIT: Final = ("fixmedins_code", "dept", "physician", "drg_code")


def monitor_workbook(path: Path, frames: Mapping[str, pl.DataFrame], institutions: pl.DataFrame, rows_max: int) -> None:
    """Writes the workbook from the frames of the monitoring flow (monitor, alerts, budget, standards).

    A sheet holds at most ``rows_max`` rows, so that people can still look through it and mail it: of more, the units with the most cases, and
    the sheet of notes says how many were left to ``drg_monitor.csv``.
    """
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd", "strings_to_numbers": False}) as book:
        formats = {
            "head": book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"}),
            "percent": book.add_format({"num_format": "0.0%"}),
            "yuan": book.add_format({"num_format": "#,##0.00"}),
            "number": book.add_format({"num_format": "0.000"}),
            "alarm": book.add_format({"bg_color": "#F8CBAD"}),
            "warn": book.add_format({"bg_color": "#FFE699"}),
            "plain": book.add_format({}),
        }
        table = frames["monitor"]
        shown, left = {}, {}
        for title, level, month in _SHEETS:
            rows = table.filter(pl.col("level") == level)
            rows = rows.filter(pl.col("month") == month) if month else (rows if level == "city" else rows.filter(pl.col("month") != WHOLE_PERIOD))
            shown[title] = _largest_units(rows, rows_max)
            left[title] = len(rows) - len(shown[title])
        _notes(book, formats, left)
        for title, rows in shown.items():
            _monitor_sheet(book, formats, title, rows)
        _alert_sheet(book, formats, frames["alerts"], institutions)
        _budget_sheet(book, formats, frames["budget"])
        _hospital_budget_sheet(book, formats, frames["hospital_budget"], institutions)
        _standard_sheet(book, formats, frames["standards"])


def _sheet(book: Any, title: str, across: int = 1) -> Any:
    """A worksheet that prints: A3 landscape, the columns on ``across`` pages beside each other, the header on every page."""
    sheet = book.add_worksheet(title)
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.fit_to_pages(across, 0)
    # Chinese characters are clipped at the usual height
    sheet.set_default_row(18)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&R第&P页，共&N页")
    return sheet


def _largest_units(rows: pl.DataFrame, rows_max: int) -> pl.DataFrame:
    """The rows of the units with the most cases, whole units only, in the order given, at most ``rows_max``."""
    if len(rows) <= rows_max:
        return rows
    units = rows.group_by(_UNIT).agg(pl.col("cases").sum(), pl.len().alias("rows")).sort("cases", *_UNIT, descending=[True, *[False] * len(_UNIT)])
    kept = units.filter(pl.col("rows").cum_sum() <= rows_max)
    return rows.join(kept, on=_UNIT, how="semi", nulls_equal=True, maintain_order="left")


def _notes(book: Any, formats: Mapping[str, Any], left: Mapping[str, int]) -> None:
    sheet = _sheet(book, "说明")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    sheet.write_row(0, 0, ["指标", "口径"], formats["head"])
    for place, (name, (_, header, _)) in enumerate(COLUMNS.items(), start=1):
        sheet.write_row(place, 0, [header, MEANING_ZH[name]])
    cut = [f"“{title}”" for title, rows in left.items() if rows]
    if cut:
        total = sum(left.values())
        sheet.write_row(len(COLUMNS) + 2, 0, ["未列出的行", f"{'、'.join(cut)}只列病例最多的单位，其余{total:,}行见同一目录的drg_monitor.csv。"])


def _monitor_sheet(book: Any, formats: Mapping[str, Any], title: str, rows: pl.DataFrame) -> None:
    sheet = _sheet(book, title, across=2)
    names = [name for name in COLUMNS if name != "level" and (rows[name].is_not_null().any() or name == "month")]
    titles = [place for place, name in enumerate(names) if COLUMNS[name][0] == pl.String()]
    sheet.repeat_columns(0, titles[-1])
    for place, name in enumerate(names):
        sheet.write_string(0, place, COLUMNS[name][1], formats["head"])
        # distances are folded away (and not printed): the figure they belong to is coloured by them
        folded = {"level": 1, "hidden": True} if name.endswith("_z") else {}
        sheet.set_column(place, place, _WIDE.get(name, 11), _format(name, formats), folded)
        for line, value in enumerate(rows[name].to_list(), start=1):
            _write(sheet, line, place, value)
        if name.endswith("_z") and len(rows):
            figure = name.removesuffix("_z")
            _colour(sheet, formats, figure, [names.index(column) for column in (figure, name) if column in names], place, len(rows))
    sheet.freeze_panes(1, titles[-1] + 1)
    sheet.set_row(0, 45)
    if len(rows):
        sheet.autofilter(0, 0, len(rows), len(names) - 1)
    if title == "全市" and len(rows) > 2:
        _trend(book, sheet, names, len(rows))


def _colour(sheet: Any, formats: Mapping[str, Any], figure: str, places: list[int], distance: int, rows: int) -> None:
    """Colours the columns ``places`` by the distance in another: red from three standard errors, yellow from two."""
    cell = xl_rowcol_to_cell(1, distance, col_abs=True)
    far = f"ABS({cell})" if figure in WATCHED and WATCHED[figure].side == "both" else cell
    for grade, limit in (("alarm", 3), ("warn", 2)):
        rule = {"type": "formula", "criteria": f"=AND(ISNUMBER({cell}),{far}>={limit})", "format": formats[grade], "stop_if_true": True}
        for place in places:
            sheet.conditional_format(1, place, rows, place, rule)


def _trend(book: Any, sheet: Any, names: list[str], rows: int) -> None:
    """Payment against cost by month, beside the table."""
    chart = book.add_chart({"type": "line"})
    month = names.index("month")
    for name in ("payment", "cost"):
        if name in names:
            place = names.index(name)
            chart.add_series({"name": COLUMNS[name][1], "categories": ["全市", 2, month, rows, month], "values": ["全市", 2, place, rows, place]})
    chart.set_title({"name": "病组付费额与实际费用（元）"})
    sheet.insert_chart(rows + 3, 2, chart, {"x_scale": 1.6, "y_scale": 1.2})


def _alert_sheet(book: Any, formats: Mapping[str, Any], found: pl.DataFrame, institutions: pl.DataFrame) -> None:
    sheet = _sheet(book, "预警")
    named = found.join(institutions.select("fixmedins_code", "fixmedins_name"), on="fixmedins_code", how="left", maintain_order="left")
    named = named.with_columns(
        level=pl.col("level").replace(_LEVEL_ZH),
        month=pl.col("month").replace({WHOLE_PERIOD: "全期"}),
        driving_cases=pl.col("driving_cases").list.join("、"),
    )
    for place, (name, header) in enumerate(_ALERT_HEADERS.items()):
        sheet.write_string(0, place, header, formats["head"])
        sheet.set_column(place, place, 60 if name in ("sentence", "driving_cases") else 16)
        for line, value in enumerate(named[name].to_list(), start=1):
            if name == "grade":
                sheet.write_string(line, place, _GRADE_ZH[value], formats[value])
            else:
                _write(sheet, line, place, value)
    sheet.freeze_panes(1, 0)
    if len(named):
        sheet.autofilter(0, 0, len(named), len(_ALERT_HEADERS) - 1)


def _budget_sheet(book: Any, formats: Mapping[str, Any], budget: pl.DataFrame) -> None:
    sheet = _sheet(book, "基金预算")
    headers = ("月份", "当月支出", "累计支出", "累计预算", "是否预测", "累计下限", "累计上限")
    sheet.write_row(0, 0, headers, formats["head"])
    sheet.set_column(0, 6, 18, formats["yuan"])
    for line, row in enumerate(budget.iter_rows(), start=1):
        for place, value in enumerate(row):
            _write(sheet, line, place, ("是" if value else "否") if isinstance(value, bool) else value)
    if len(budget):
        chart = book.add_chart({"type": "line"})
        drawn = [place for place in (2, 3, 5, 6) if budget.to_series(place).is_not_null().any()]
        for place in drawn:
            chart.add_series(
                {"name": headers[place], "categories": ["基金预算", 1, 0, len(budget), 0], "values": ["基金预算", 1, place, len(budget), place]}
            )
        chart.set_title({"name": "累计基金支出与预算（元）"})
        sheet.insert_chart(len(budget) + 3, 0, chart, {"x_scale": 1.6, "y_scale": 1.2})


def _hospital_budget_sheet(book: Any, formats: Mapping[str, Any], budget: pl.DataFrame, institutions: pl.DataFrame) -> None:
    """Each hospital's fund use up to the last month delivered, and at the year's end with its interval."""
    sheet = _sheet(book, "机构基金预算")
    headers = ("机构编号", "机构名称", "已发生支出", "同期预算", "全年支出（含预测）", "全年下限", "全年上限", "全年预算")
    sheet.write_row(0, 0, headers, formats["head"])
    sheet.set_column(0, 1, 24)
    sheet.set_column(2, 7, 18, formats["yuan"])
    so_far = budget.filter(~pl.col("forecast")).group_by("fixmedins_code").agg(pl.col("spent_to_date", "budget_to_date").last())
    at_end = budget.group_by("fixmedins_code").agg(
        pl.col("spent_to_date").last().alias("year"),
        pl.col("low").last(),
        pl.col("high").last(),
        pl.col("budget_to_date").last().alias("year_budget"),
    )
    names = institutions.select("fixmedins_code", "fixmedins_name").unique("fixmedins_code")
    table = (
        so_far.join(at_end, on="fixmedins_code")
        .join(names, on="fixmedins_code", how="left")
        .select("fixmedins_code", "fixmedins_name", "spent_to_date", "budget_to_date", "year", "low", "high", "year_budget")
        .sort("spent_to_date", "fixmedins_code", descending=[True, False])
    )
    for line, row in enumerate(table.iter_rows(), start=1):
        for place, value in enumerate(row):
            _write(sheet, line, place, value)
    sheet.freeze_panes(1, 2)


def _standard_sheet(book: Any, formats: Mapping[str, Any], table: pl.DataFrame) -> None:
    sheet = _sheet(book, "权重对照")
    headers = {
        "drg_code": "病组编码",
        "n": "病例数",
        "mean_fee_fen": "裁剪后例均费用（元）",
        "cv": "组内变异系数",
        "weight_bureau": "现行权重",
        "weight_estimated": "测算权重",
        "ratio": "现行/测算",
        "differs": "偏离较大",
        "stable": "稳定病组",
    }
    for place, (name, header) in enumerate(headers.items()):
        sheet.write_string(0, place, header, formats["head"])
        sheet.set_column(place, place, 16, formats["yuan"] if name == "mean_fee_fen" else formats["plain"])
        for line, value in enumerate(table[name].to_list(), start=1):
            shown: object = value / 100 if name == "mean_fee_fen" and value is not None else value
            _write(sheet, line, place, ("是" if shown else "否") if isinstance(shown, bool) else shown)
    sheet.freeze_panes(1, 1)


def _write(sheet: Any, line: int, place: int, value: object) -> None:
    """Text as text (codes keep their zeros, nothing is taken for a formula); numbers as numbers; nothing for null."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(line, place, "是" if value else "否")
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value)
    elif isinstance(value, date):
        sheet.write_string(line, place, f"{value:%Y-%m}")
    else:
        sheet.write_string(line, place, "全期" if value == WHOLE_PERIOD else str(value))


def _format(name: str, formats: Mapping[str, Any]) -> Any:
    if name in _YUAN:
        return formats["yuan"]
    if name.endswith("_z") or name.endswith("_index") or name in ("cmi", "total_weight", "mean_los", "turned_away_weight"):
        return formats["number"]
    if name.endswith(_PERCENT):
        return formats["percent"]
    return formats["plain"]
