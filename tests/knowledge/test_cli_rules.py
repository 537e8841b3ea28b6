"""``huoyan rules`` lists, tries out and explains without touching anything."""

from __future__ import annotations

import polars as pl
import pytest
from typer.testing import CliRunner

from flows import cli_rules
from flows.cli_rules import app
from tests.rules.national.test_duplicate_drugs import HIT
from tests.rules.support import city_of


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables in their full width, whatever the terminal."""
    monkeypatch.setattr(cli_rules.console, "_width", 240)
    monkeypatch.setattr(cli_rules.console, "_height", 60)


RUN = CliRunner()


@pytest.fixture
def lake(tmp_path):
    (tmp_path / "lake").mkdir()
    city_of(tmp_path / "lake", **HIT.tables)
    return tmp_path / "lake"


def test_list_shows_all_88_with_state_points_and_hits_of_a_run(tmp_path):
    pl.DataFrame({"rule_id": ["drug_setting"] * 7}).write_parquet(tmp_path / "findings.parquet")
    (tmp_path / "run.json").write_text('{"waiting": {"operation_code": ["mdcs_fund_setl_list_oprn_d"]}}', encoding="utf-8")
    result = RUN.invoke(app, ["list", "--runs", str(tmp_path)])
    assert result.exit_code == 0
    cells = [[cell.strip() for cell in line.split("│")] for line in result.output.splitlines()]
    rows = {row[2]: row for row in cells if len(row) == 11 and row[1]}
    assert len(rows) == 88
    assert rows["药品限就医方式"][4:] == ["可执行", "76/76", "drug_setting", "超医保支付限定", "明确", "7", ""]
    assert rows["手术操作编码异常"][4] == "待数据表 mdcs_fund_setl_list_oprn_d"
    assert rows["医疗服务项目超限定报销总额"][4] == "可执行"
    assert "88 of 88 registered" in result.output


def test_list_without_a_run_says_what_the_contract_lets_run():
    output = RUN.invoke(app, ["list", "--no-beyond"]).output
    assert "待数据表 hilist_lmttot_d" in output
    assert "executable on the contract" in output


def test_list_of_a_folder_without_findings_says_what_to_give(tmp_path):
    assert "finished run" in RUN.invoke(app, ["list", "--runs", str(tmp_path)]).output


def test_points_of_an_overlay_make_the_rule_that_waits_for_them_executable(tmp_path):
    overlay = tmp_path / "points.yaml"
    point = "- {action: add, class: 医疗服务项目限工伤保险, item: 康复评定, codes: ['003402000390000'], source: 本市工伤康复目录}"
    overlay.write_text(point, encoding="utf-8")
    before, after = (RUN.invoke(app, ["list", "--no-beyond", *more]).output for more in ([], ["--knowledge", str(overlay)]))
    waiting, ready = (next(line for line in text.splitlines() if "service_work_injury_only" in line) for text in (before, after))
    assert "待知识点" in waiting
    assert "可执行" in ready
    assert "1/1" in ready


def test_try_shows_what_a_changed_parameter_would_change_and_touches_nothing(lake):
    before = {path: path.stat().st_mtime_ns for path in lake.rglob("*")}
    result = RUN.invoke(app, ["try", "duplicate_drugs", "--set", "days_min=1", "--data", str(lake)])
    assert result.exit_code == 0
    assert "gained: 1" in result.output
    assert "lost: 0" in result.output
    assert {path: path.stat().st_mtime_ns for path in lake.rglob("*")} == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["duplicate_drug", "--set", "days_min=1"], "duplicate_drugs"),
        (["duplicate_drugs", "--set", "day_min=1"], "days_min"),
        (["duplicate_drugs", "--set", "days_min"], "parameter=value"),
        (["operation_code"], "mdcs_fund_setl_list_d"),
    ],
)
def test_try_says_what_is_wrong_and_what_was_meant(lake, arguments, told):
    result = RUN.invoke(app, ["try", *arguments, "--data", str(lake)])
    assert result.exit_code == 2
    assert told in result.output


def test_check_and_points_show_the_knowledge_base():
    assert "not executable" in RUN.invoke(app, ["check"]).output
    assert "首次处方" in RUN.invoke(app, ["points", "药品限医疗机构级别"]).output
    assert RUN.invoke(app, ["points", "药品限医疗机构级"]).exit_code == 2
