"""The commands huoyan drg group, monitor and effect."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import typer
from typer.testing import CliRunner

from features.drg.scheme import DEFAULT_SCHEME, SHIPPED
from features.tables import Tables
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


def test_drg_group_uses_the_version_in_force_on_the_day_of_discharge(tmp_path: Path) -> None:
    lake = city_of(tmp_path / "lake", **DRAWN, **_lists(foreign=False)).lake
    national = SHIPPED / DEFAULT_SCHEME
    for name, begins, ends in (("first", "2024-01-01", "2024-03-31"), ("second", "2024-04-01", "null")):
        shutil.copytree(national, tmp_path / "versions" / name)
        text = (national / "scheme.yaml").read_text(encoding="utf-8")
        text = text.replace("id: chs_drg_11", f"id: {name}").replace("from: 2021-01-01", f"from: {begins}").replace("to: null", f"to: {ends}")
        (tmp_path / "versions" / name / "scheme.yaml").write_text(text, encoding="utf-8")
    config = tmp_path / "city.yaml"
    config.write_text(f"drg:\n  schemes: {tmp_path / 'versions'}\n", encoding="utf-8")
    out = tmp_path / "groups.parquet"
    result = run(app, ["drg", "group", "--lake", str(lake.root), "--out", str(out), "--config", str(config)])
    assert result.exit_code == 0, result.output
    days = Tables(lake).raw("mdcs_fund_setl_list_d").select(case_id="setl_id", day=pl.col("dscg_time").dt.date()).collect()
    rows = pl.read_parquet(out).join(days, on="case_id")
    assert rows.height > 1
    for scheme, day in rows.select("scheme", "day").iter_rows():
        assert scheme == ("second" if day is None or day >= date(2024, 4, 1) else "first")


def test_monitor_writes_into_a_folder_it_makes(tmp_path: Path) -> None:
    lake = city_of(tmp_path / "lake", **DRAWN, **_lists(foreign=True)).lake
    result = run(app, ["monitor", "--lake", str(lake.root), "--out", str(tmp_path / "new" / "out")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "new" / "out" / "drg_monitor.csv").is_file()


def _run(folder: Path, starts: dict[str, int | None]) -> Path:
    """A run folder with the discharges of a monitoring run."""
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
    (folder / "drg").mkdir(parents=True)
    discharges(rows).write_parquet(folder / "drg" / "cases.parquet")
    return folder


def test_effect_reads_the_starts_from_the_bills_and_says_what_was_saved(tmp_path: Path) -> None:
    folder = _run(tmp_path, {f"H{number}": 7 if number < 6 else None for number in range(12)})
    result = run(app, ["effect", "--runs", str(folder), "--measure", "cost_per_case"])
    assert result.exit_code == 0, result.output
    report = json.loads((folder / "effect" / "cost_per_case.json").read_text(encoding="utf-8"))
    assert report["method"] == "staggered"
    assert report["estimate"]["low"] <= -2000 <= report["estimate"]["high"]
    assert report["placebo"]["low"] <= 0 <= report["placebo"]["high"]
    assert report["savings"]["proved"]
    assert abs(report["savings"]["yuan"] - 6 * 6 * 5 * 2000) < 40_000
    # half a year's cases were paid by group: a year's are twice as many
    assert abs(report["savings"]["yuan_a_year"] - 2 * report["savings"]["yuan"]) < 1
    picture = (folder / "effect" / "cost_per_case.svg").read_bytes()
    assert "距实施月数".encode() in picture
    run(app, ["effect", "--runs", str(folder), "--measure", "cost_per_case"])
    assert (folder / "effect" / "cost_per_case.svg").read_bytes() == picture


def test_effect_compares_with_the_citys_own_past_when_all_began_together(tmp_path: Path) -> None:
    folder = _run(tmp_path, {f"H{number}": 7 for number in range(4)})
    result = run(app, ["effect", "--runs", str(folder), "--measure", "cost_per_case"])
    assert result.exit_code == 0, result.output
    assert "没有对照机构" in result.output
    report = json.loads((folder / "effect" / "cost_per_case.json").read_text(encoding="utf-8"))
    assert report["method"] == "series"
    assert report["estimate"]["low"] <= -2000 <= report["estimate"]["high"]


def test_effect_says_why_there_is_none_and_knows_its_measures(tmp_path: Path) -> None:
    nobody = _run(tmp_path, {f"H{number}": None for number in range(4)})
    refused = run(app, ["effect", "--runs", str(nobody), "--measure", "los"])
    assert refused.exit_code == 2
    assert "无法估计" in refused.output
    report = json.loads((nobody / "effect" / "los.json").read_text(encoding="utf-8"))
    assert report["estimate"] is None
    assert "没有可比较的机构" in report["refused"]
    assert not (nobody / "effect" / "los.svg").exists()
    assert run(app, ["effect", "--runs", str(nobody), "--measure", "joy"]).exit_code == 2
    assert run(app, ["effect", "--runs", str(nobody), "--measure", "../joy"]).exit_code == 2


def test_a_measure_the_delivery_does_not_hold_is_said_to_be_missing(tmp_path: Path) -> None:
    folder = _run(tmp_path, {f"H{number}": 7 if number < 6 else None for number in range(12)})
    cases = folder / "drg" / "cases.parquet"
    # foreign groups say nothing of complications
    pl.read_parquet(cases).with_columns(severe=pl.lit(None, pl.Boolean)).write_parquet(cases)
    assert run(app, ["effect", "--runs", str(folder), "--measure", "severe_share"]).exit_code == 2
    assert "没有该指标" in (folder / "effect" / "severe_share.json").read_text(encoding="utf-8")


def test_a_measure_of_ones_own_is_estimated_from_a_table_at_its_price(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    (tmp_path / "drg").mkdir()
    rows = [
        (f"R{room}", date(2024, month, 1), 13.0 + rng.normal(0, 0.3) - (1.5 if room < 5 and month >= 7 else 0.0))
        for room in range(10)
        for month in range(1, 13)
        for _ in range(20)
    ]
    pl.DataFrame(rows, schema=["fixmedins_code", "day", "value"], orient="row").write_csv(tmp_path / "sessions.csv")
    pl.DataFrame({"fixmedins_code": [f"R{room}" for room in range(5)], "start": [date(2024, 7, 1)] * 5}).write_csv(tmp_path / "starts.csv")
    arguments = ["effect", "--runs", str(tmp_path), "--measure", "sessions", "--table", str(tmp_path / "sessions.csv")]
    result = run(app, [*arguments, "--starts", str(tmp_path / "starts.csv"), "--price", "400", "--change", "人脸识别"])
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "effect" / "sessions.json").read_text(encoding="utf-8"))
    assert report["change_zh"] == "人脸识别"
    assert report["estimate"]["low"] <= -1.5 <= report["estimate"]["high"]
    assert abs(report["savings"]["yuan_a_year"] - 1.5 * 400 * 5 * 20 * 12) < 30_000


def test_all_measures_are_written_and_dialysis_is_held_against_the_terminals_start(tmp_path: Path) -> None:
    days = [
        (room, month, day)
        for room in (1, 2, 3)
        for month in (1, 2, 3, 4)
        for day in ((2, 9, 16, 23) if room == 1 and month > 2 else (2, 5, 9, 12, 16, 23))
    ]
    visits = "mdtrt_id | psn_no | fixmedins_code | med_type | begntime | endtime\n" + "\n".join(
        f"V{room}{month}{day:02d} | P{room} | R{room} | 14 | 2024-0{month}-{day:02d} 08:00 | 2024-0{month}-{day:02d} 12:00"
        for room, month, day in days
    )
    lines = "mdtrt_id | fee_ocur_time | hilist_code | cnt | pric\n" + "\n".join(
        f"V{room}{month}{day:02d} | 2024-0{month}-{day:02d} 08:00 | 003110000060000 | 1 | 400" for room, month, day in days
    )
    scenes = """
        rcd_id | psn_no | fixmedins_code | scene_type | begntime
        1      | P1     | R1             | 1          | 2024-03-02 08:00
        2      | P2     | R2             | 3          | 2024-01-02 08:00
    """
    city_of(tmp_path / "lake", mdtrt_d=visits, fee_list_d=lines, scene_rcd_d=scenes)
    result = run(app, ["effect", "--runs", str(tmp_path)])
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "effect" / "dialysis_sessions.json").read_text(encoding="utf-8"))
    assert report["estimate"]["treated"] == 1
    assert report["estimate"]["effect"] == -2
    assert report["savings"]["yuan"] == 2 * 2 * 400
