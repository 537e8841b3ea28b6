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


def test_list_shows_all_88_with_hits_of_a_run(tmp_path):
    pl.DataFrame({"rule_id": ["drug_setting"] * 7}).write_parquet(tmp_path / "findings.parquet")
    result = RUN.invoke(app, ["list", "--run", str(tmp_path)])
    assert result.exit_code == 0
    assert "88 of 88 registered" in result.output
    assert "药品限就医方式" in result.output


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
