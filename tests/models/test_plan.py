"""The list for a given inspection capacity."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from features.parameters import City, Params
from flows import cli_models
from models.plan import PlanError, inspection_plan


@pytest.fixture
def p() -> Params:
    return City.load()["plan"]


def suspects() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "fixmedins_code": ["a", "b", "c", "d", "e"],
            "admdvs": ["431002", "431002", "431002", "431003", "431003"],
            "probability": [0.9, 0.8, 0.8, 0.7, 0.1],
            "expected_recovery": [100_000.0, 90_000.0, 80_000.0, 20_000.0, 500_000.0],
        }
    )


def test_the_list_brings_the_most_and_says_what_leaving_each_out_costs(p: Params) -> None:
    plan = inspection_plan(suspects(), 2, p)
    assert plan.chosen["fixmedins_code"].to_list() == ["a", "b"]
    assert plan.expected_yuan == 190_000.0
    # without a, the third best would be visited instead
    assert plan.chosen["cost_of_leaving_out"].to_list() == [20_000.0, 10_000.0]


def test_an_unlikely_cheat_is_not_visited_however_much_is_at_stake(p: Params) -> None:
    assert "e" not in inspection_plan(suspects(), 5, p).chosen["fixmedins_code"].to_list()


def test_a_limit_a_county_sends_teams_elsewhere(p: Params) -> None:
    assert inspection_plan(suspects(), 2, p, per_county=1).chosen["fixmedins_code"].to_list() == ["a", "d"]


def test_nobody_inspects_the_own_county(p: Params) -> None:
    chosen = inspection_plan(suspects(), 4, p).chosen
    assert (chosen["inspecting_county"] != chosen["admdvs"]).all()


def test_no_candidate_gives_an_empty_plan(p: Params) -> None:
    plan = inspection_plan(suspects().with_columns(probability=pl.lit(0.0)), 3, p)
    assert plan.chosen.is_empty()
    assert plan.expected_yuan == 0.0


def test_a_plan_without_inspections_is_refused_with_the_next_step(p: Params) -> None:
    with pytest.raises(PlanError, match="--inspections 20"):
        inspection_plan(suspects(), 0, p)


def test_the_command_says_why_the_list_is_shorter_than_asked_and_who_of_the_red_is_not_on_it(tmp_path: Path) -> None:
    listed = suspects().with_columns(
        rank=pl.int_range(1, pl.len() + 1), level=pl.lit("red"), fixmedins_name=pl.col("fixmedins_code"), reasons=pl.lit("")
    )
    listed.write_csv(tmp_path / "suspects.csv")
    app = typer.Typer()
    app.command()(cli_models.plan)
    result = CliRunner().invoke(app, ["--runs", str(tmp_path), "--inspections", "20"])
    assert result.exit_code == 0, result.output
    assert "列入 4 家" in result.output
    assert "概率低于 30%" in result.output
    assert "另有 1 家红灯机构未列入" in result.output
    assert pl.read_csv(tmp_path / "inspection_plan.csv")["fixmedins_code"].to_list() == ["a", "b", "c", "d"]
    full = CliRunner().invoke(app, ["--runs", str(tmp_path), "--inspections", "2"])
    assert "概率低于" not in full.output
    assert "另有 3 家红灯机构未列入" in full.output
