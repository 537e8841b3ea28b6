"""The commands huoyan drg group, monitor and effect."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import typer
from typer.testing import CliRunner

from flows import cli_drg
from tests.drg.test_monitor import DRAWN, _lists, discharges
from tests.rules.support import city_of

app = typer.Typer()
app.add_typer(cli_drg.app, name="drg")
app.command("monitor")(cli_drg.monitor)
app.command("effect")(cli_drg.effect)
run = CliRunner().invoke


def test_drg_group_writes_one_row_a_settlement_list_and_counts_the_reasons(tmp_path: Path) -> None:
    lake = city_of(tmp_path / "lake", **DRAWN, **_lists(foreign=False)).lake
    result = run(app, ["drg", "group", "--lake", str(lake.root), "--out", str(tmp_path / "groups.csv")])
    assert result.exit_code == 0, result.output
    assert "已入组" in result.output
    table = pl.read_csv(tmp_path / "groups.csv")
    assert table.sort("case_id")["drg_code"].to_list()[:4] == ["ES35", "ES35", "FR25", "FR25"]


def test_monitor_writes_into_a_folder_it_makes(tmp_path: Path) -> None:
    lake = city_of(tmp_path / "lake", **DRAWN, **_lists(foreign=True)).lake
    result = run(app, ["monitor", "--lake", str(lake.root), "--out", str(tmp_path / "new" / "out")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "new" / "out" / "drg_monitor.csv").is_file()


def _cases(folder: Path, starts: dict[str, int | None]) -> Path:
    rng = np.random.default_rng(8)
    rows = [
        {
            "fixmedins_code": unit,
            "month": date(2024, month, 1),
            "fee_fen": int(rng.normal(1_000_000, 30_000)) - (200_000 if start and month >= start else 0),
            "hi_paymtd": "4" if start and month >= start else "1",
        }
        for unit, start in starts.items()
        for month in range(1, 13)
        for _ in range(5)
    ]
    path = folder / "cases.parquet"
    discharges(rows).write_parquet(path)
    return path


def test_effect_reads_the_starts_from_the_bills_and_says_what_was_saved(tmp_path: Path) -> None:
    starts = {f"H{number}": 7 if number < 6 else None for number in range(12)}
    out = tmp_path / "effect.json"
    result = run(app, ["effect", "--cases", str(_cases(tmp_path, starts)), "--out", str(out)])
    assert result.exit_code == 0, result.output
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["estimate"]["low"] <= -2000 <= report["estimate"]["high"]
    assert report["placebo"]["low"] <= 0 <= report["placebo"]["high"]
    assert report["savings"]["proved"]
    assert abs(report["savings"]["yuan"] - 6 * 6 * 5 * 2000) < 40_000


def test_effect_says_when_the_data_cannot_carry_a_claim_and_knows_its_measures(tmp_path: Path) -> None:
    everybody = _cases(tmp_path, {f"H{number}": 7 for number in range(4)})
    refused = run(app, ["effect", "--cases", str(everybody)])
    assert refused.exit_code == 2
    assert "无法估计" in refused.output
    series = run(app, ["effect", "--cases", str(everybody), "--start", "2024-07-01"])
    assert series.exit_code == 0, series.output
    assert "没有对照机构" in series.output
    assert run(app, ["effect", "--cases", str(everybody), "--measure", "joy"]).exit_code == 2
