"""The delivery report: complete, balanced, readable in Chinese, and read back as it was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli_ingest import ingest as command
from flows.ingest import DeliveryReport, ingest, write_report
from flows.ingest.report import TableReport, yuan
from tests.ingest.small import delivery, write


def _report(tmp_path: Path) -> DeliveryReport:
    tables = delivery()
    tables["fee_list_d"].append(tables["fee_list_d"][1] | {"bkkp_sn": "L9", "psn_no": ""})
    tables["setl_d"][0]["insutype"] = "999"
    return ingest(write(tmp_path / "in", tables), tmp_path / "lake")


def test_the_json_accounts_for_rows_and_yuan_of_every_table_and_reads_back(tmp_path: Path) -> None:
    report = _report(tmp_path)
    waiting = [{"rule_id": "death_claims", "title_zh": "死亡后结算", "missing_tables": ["die_reg_d"], "missing_points": []}]
    write_report(report, tmp_path / "out", not_run=waiting)
    plain = json.loads((tmp_path / "out" / "delivery_report.json").read_text(encoding="utf-8"))
    lines = plain["tables"]["fee_list_d"]
    assert (lines["rows_read"], lines["rows_accepted"], lines["rows_repeated"], lines["rows_quarantined"]) == (8, 7, 0, 1)
    assert (lines["yuan_read"], lines["yuan_accepted"], lines["yuan_quarantined"]) == ("555.13", "355.03", "200.10")
    assert plain["rules_not_run"] == waiting
    assert "die_reg_d" in plain["tables_absent"]
    back = DeliveryReport.load(tmp_path / "out" / "delivery_report.json")
    back.lake = report.lake
    assert back == report


def test_the_page_says_in_chinese_what_was_set_aside_unknown_and_not_run(tmp_path: Path) -> None:
    report = _report(tmp_path)
    waiting = [
        {"rule_id": "death_claims", "title_zh": "死亡后结算", "missing_tables": ["die_reg_d"], "missing_points": []},
        {"rule_id": "service_work_injury_only", "title_zh": "限工伤", "missing_tables": [], "missing_points": ["医疗服务项目限工伤保险"]},
    ]
    write_report(report, tmp_path / "out", not_run=waiting)
    page = (tmp_path / "out" / "delivery_report.html").read_text(encoding="utf-8")
    for words in ("必填项为空", "未知代码 999", "死亡后结算", "死亡登记", "“医疗服务项目限工伤保险”的知识点", "555.13", "quarantine/fee_list_d.csv"):
        assert words in page
    assert "http" not in page
    assert (tmp_path / "out" / "quarantine" / "fee_list_d.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_table_that_does_not_balance_stops_the_load() -> None:
    with pytest.raises(AssertionError, match="fee_list_d does not balance: 2 rows read but 1 accounted for"):
        TableReport("fee_list_d", "费用明细", rows_read=2, rows_accepted=1).check()
    with pytest.raises(AssertionError, match="5 fen read but 4 accounted for"):
        TableReport("fee_list_d", "费用明细", rows_read=1, rows_accepted=1, fen_read=5, fen_accepted=4).check()


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (-1234, "-12.34"), (100, "1.00")])
def test_fen_are_written_as_yuan_with_two_decimals(fen: int, text: str) -> None:
    assert yuan(fen) == text


def test_the_command_loads_prints_and_writes_the_report_and_tells_errors_without_a_traceback(tmp_path: Path) -> None:
    import typer

    app = typer.Typer()
    app.command()(command)
    write(tmp_path / "in", delivery())
    done = CliRunner().invoke(app, [str(tmp_path / "in"), "--lake", str(tmp_path / "lake")])
    assert done.exit_code == 0
    assert (tmp_path / "lake" / "reports" / "delivery_report.html").exists()
    failed = CliRunner().invoke(app, [str(tmp_path / "nowhere"), "--lake", str(tmp_path / "lake")])
    assert failed.exit_code == 2
    assert "No delivery at" in failed.output
    assert "Traceback" not in failed.output
