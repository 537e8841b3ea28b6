"""Local tables beyond the fixed contract: taken in when a delivery holds them, and the rule that waited runs; else the report says what waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.lake import Lake
from features.parameters import City
from features.tables import Tables
from flows.ingest import ingest, write_report
from models.rule import all_rules
from models.run_rules import run_person_rules, runnable
from tests.ingest.small import Row, delivery, write

CEILINGS: list[Row] = [{"hilist_code": "001102000050000", "period": "visit", "lmt_amt": "250.00", "begndate": "2024-01-01", "enddate": ""}]
DISEASE_LIST: list[Row] = [{"dise_no": "M03900", "prefix": "XA10", "begndate": "", "enddate": ""}]


def _on_the_list(tables: dict[str, list[Row]]) -> None:
    """Makes the first line of the second person a drug settled under a chronic-disease entitlement."""
    tables["mdtrt_d"][1] |= {"med_type": "14", "dise_no": "M03900"}
    drug = {"hilist_code": "XC08CAA168A001010101748", "hilist_name": "氨氯地平片", "list_type": "101", "med_type": "14", "dise_no": "M03900"}
    tables["fee_list_d"][2] |= drug
    del tables["fee_list_d"][3], tables["setl_d"][2]


@pytest.mark.parametrize(
    ("table", "rows", "rule_id", "lines"),
    [
        ("hilist_lmttot_d", CEILINGS, "service_total_ceiling", ["L2"]),
        ("dise_drug_d", DISEASE_LIST, "drugs_outside_disease_list", ["L3"]),
    ],
)
def test_a_delivery_with_the_table_makes_the_waiting_rule_find(tmp_path: Path, table: str, rows: list[Row], rule_id: str, lines: list[str]) -> None:
    tables = delivery()
    _on_the_list(tables)
    report = ingest(write(tmp_path / "in", tables | {table: rows}), tmp_path / "lake")
    assert report.tables[table].rows_accepted == 1
    lake = Lake(tmp_path / "lake")
    ready, _ = runnable(all_rules(), lake.tables)
    waited = [unit for unit in ready if unit.rule_id == rule_id]
    found = [run_person_rules(Tables(lake, bucket), waited, City.load()) for bucket in lake.buckets]
    assert [row for frame in found for row in frame["bkkp_sns"].to_list()] == [lines]


def test_without_the_tables_the_delivery_report_says_which_rules_wait_for_them(tmp_path: Path) -> None:
    report = ingest(write(tmp_path / "in", delivery()), tmp_path / "lake")
    _, waiting = runnable(all_rules(), Lake(tmp_path / "lake").tables)
    rows = [
        {"rule_id": unit.rule_id, "title_zh": unit.title_zh, "missing_tables": list(unit.missing_tables), "missing_points": []} for unit in waiting
    ]
    write_report(report, tmp_path / "out", not_run=rows)
    page = (tmp_path / "out" / "delivery_report.html").read_text(encoding="utf-8")
    for words in ("医疗服务项目超限定报销总额", "药品超限定病种目录范围使用", "医保目录限定报销总额", "门诊慢特病病种用药目录"):
        assert words in page
    assert "医保目录限定报销总额" in report.tables_absent.values()


def test_a_period_that_is_neither_visit_nor_year_is_told_and_binds_nobody(tmp_path: Path) -> None:
    report = ingest(write(tmp_path / "in", delivery() | {"hilist_lmttot_d": [CEILINGS[0] | {"period": "month"}]}), tmp_path / "lake")
    assert "month" in str(report.tables["hilist_lmttot_d"])
    lake = Lake(tmp_path / "lake")
    waited = [unit for unit in all_rules() if unit.rule_id == "service_total_ceiling"]
    assert all(run_person_rules(Tables(lake, bucket), waited, City.load()).is_empty() for bucket in lake.buckets)
