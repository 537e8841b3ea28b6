"""The workbook stays of a size that people look through and mail."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl

from features.drg.weights import standards
from features.parameters import City
from flows.documents.monitor_workbook import monitor_workbook
from models.drg_monitor.alerts import alerts
from models.drg_monitor.budget import budget_use, hospital_budget_use
from models.drg_monitor.monitor_table import drg_monitor
from tests.drg.test_monitor import discharges

P = City.load(None)["drg"]


def test_a_sheet_keeps_whole_units_with_the_most_cases_and_the_notes_say_what_is_left(tmp_path: Path) -> None:
    rows = [{"physician": physician, "fixmedins_code": "H1"} for physician, number in (("一", 5), ("二", 3), ("三", 1)) for _ in range(number)]
    cases = discharges(rows)
    table = drg_monitor(cases, P)
    frames = {
        "monitor": table,
        "alerts": alerts(table, cases, P),
        "budget": budget_use(cases, P),
        "hospital_budget": hospital_budget_use(cases, P),
        "standards": standards(cases, P),
    }
    names = pl.DataFrame({"fixmedins_code": ["H1"], "fixmedins_name": ["甲医院"]})
    monitor_workbook(tmp_path / "book.xlsx", frames, names, rows_max=2)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    header = [cell.value for cell in book["医师组"][1]]
    physicians = [row[header.index("主诊医师")].value for row in book["医师组"].iter_rows(min_row=2)]
    assert physicians == ["一", "二"]
    notes = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert notes["未列出的行"] == "“医师组”只列病例最多的单位，其余1行见同一目录的drg_monitor.csv。"
