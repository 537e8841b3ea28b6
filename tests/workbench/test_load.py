"""A run is loaded in one transaction, twice is once, and older runs stay comparable."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.networks.network_pairs import PAIR_SCHEMA
from tests.workbench.small_city import institutions
from workbench.results import load as loading
from workbench.results.load import LoadError, load_run
from workbench.results.models import Finding, RuleTotal, Run, Suspect


@pytest.fixture
def folder(run_folders: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the newer run that a test may change."""
    copy = tmp_path / "run"
    shutil.copytree(run_folders[1], copy)
    info = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps({**info, "run_id": "run-copy", "started": "2025-03-05T02:00:00+08:00"}))
    return copy


def test_loading_the_same_run_again_changes_nothing(runs: tuple[Any, Any], run_folders: tuple[Path, Path]) -> None:
    before = (Run.objects.count(), Suspect.objects.count(), Finding.objects.count(), runs[1].loaded)
    run, changed = load_run(run_folders[1])
    assert not changed
    assert (Run.objects.count(), Suspect.objects.count(), Finding.objects.count(), run.loaded) == before


def test_a_changed_run_of_the_same_id_replaces_the_old_one(runs: tuple[Any, Any], folder: Path) -> None:
    load_run(folder)
    frame = pl.read_parquet(folder / "findings.parquet")
    frame.head(3).write_parquet(folder / "findings.parquet")
    run, changed = load_run(folder)
    assert changed
    assert Run.objects.filter(run_id="run-copy").count() == 1
    assert Finding.objects.filter(run=run).count() == 3


def test_amounts_arrive_to_the_fen(runs: tuple[Any, Any], run_folders: tuple[Path, Path]) -> None:
    findings = pl.read_parquet(run_folders[1] / "findings.parquet")
    for row in findings.iter_rows(named=True):
        loaded = Finding.objects.get(run=runs[1], finding_id=row["finding_id"])
        assert loaded.amount_fen == round(row["amount_at_issue"] * 100)
        assert loaded.line_list == (row["bkkp_sns"] or [])
    total = sum(t.amount_fen for t in RuleTotal.objects.filter(run=runs[1]))
    assert total == round(findings["amount_at_issue"].sum() * 100)


def test_movement_since_the_run_before_is_known(runs: tuple[Any, Any]) -> None:
    moved = [s for s in Suspect.objects.filter(run=runs[1]) if s.previous_rank != s.rank]
    assert moved
    for suspect in Suspect.objects.filter(run=runs[1]):
        assert suspect.previous_rank == Suspect.objects.get(run=runs[0], fixmedins_code=suspect.fixmedins_code).rank


def test_a_failure_half_way_leaves_everything_as_it_was(runs: tuple[Any, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(loading, "_insert_findings", broken)
    with pytest.raises(OSError, match="disk full"):
        load_run(folder)
    assert not Run.objects.filter(run_id="run-copy").exists()
    assert Suspect.objects.filter(run__run_id="run-copy").count() == 0


def test_an_unfinished_folder_is_refused_with_the_next_step(db: None, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"holds no suspects\.csv.*huoyan run"):
        load_run(tmp_path)


def test_findings_of_runs_long_past_are_let_go_but_their_ranking_stays(runs: tuple[Any, Any], folder: Path, settings: Any) -> None:
    settings.KEEP_FINDINGS_OF_RUNS = 2
    load_run(folder)
    oldest = Run.objects.get(run_id="run-2024-12")
    assert not oldest.has_findings
    assert Finding.objects.filter(run=oldest).count() == 0
    assert Suspect.objects.filter(run=oldest).count() == len(institutions())


def test_a_run_without_optional_files_is_loaded_all_the_same(runs: tuple[Any, Any], folder: Path) -> None:
    for name in ("reasons.parquet", "run.json", "delivery_report.json", "ranking.parquet", "facts/institution_z.parquet"):
        (folder / name).unlink()
    run, changed = load_run(folder)
    assert changed
    assert run.run_id == "run"
    assert Suspect.objects.filter(run=run).count() == len(institutions())


def test_profiles_carry_months_structure_origin_and_occupancy_from_the_lake(runs: tuple[Any, Any]) -> None:
    hospital = Suspect.objects.filter(run=runs[1], type_name="综合医院").first()
    assert hospital is not None
    profile = hospital.profile
    assert sum(row["fee_fen"] for row in profile["monthly"]) == sum(profile["structure"].values())
    assert sum(profile["origin"].values()) > 0
    assert max(row["peak"] for row in profile["occupancy"]) >= 1
    assert hospital.n_visits
    assert profile["reasons"]
    assert profile["innocent"] == [{"sentence": "若属清白，须有查房记录佐证。", "kind": "bed_hanging"}]
    assert [row["feature"] for row in profile["shapley"]] == ["exam_share"], "a feature that changes nothing is not shown"


def test_what_a_run_keeps_beside_its_list_is_loaded_too(runs: tuple[Any, Any]) -> None:
    first = Suspect.objects.get(run=runs[1], rank=1)
    assert (first.rank_low, first.rank_high) == (1, 4), "an interval in the list itself stands"
    assert set(Finding.objects.filter(run=runs[1]).values_list("ruled_out", flat=True)) == {"leave_days"}
    info = Run.objects.get(pk=runs[1].pk).info
    assert info["learned"]["in_force"] == "priors"
    assert info["retrained"]["challenger"]["version"] == "4"
    assert [row["strength"] for row in info["power"]] == [0.1, 0.5]


def test_intervals_and_exceptions_come_from_the_files_beside_the_list_where_it_has_none(runs: tuple[Any, Any], folder: Path) -> None:
    listed = pl.read_csv(folder / "suspects.csv", infer_schema=False)
    (folder / "suspects.csv").write_text("\ufeff" + listed.drop("rank_low", "rank_high").write_csv(), encoding="utf-8")
    findings = pl.read_parquet(folder / "findings.parquet")
    findings.drop("ruled_out", "strength").write_parquet(folder / "findings.parquet")
    run, _ = load_run(folder)
    second = Suspect.objects.get(run=run, rank=2)
    assert (second.rank_low, second.rank_high) == (2, 4)
    assert set(Finding.objects.filter(run=run).values_list("ruled_out", "strength")) == {("refund", 0.7)}


def test_the_dashboards_sums_are_those_of_the_institutions(runs: tuple[Any, Any]) -> None:
    from workbench.results.models import CountySum

    for row in CountySum.objects.filter(run=runs[1]):
        there = Suspect.objects.filter(run=runs[1], admdvs=row.admdvs)
        assert (row.n, row.red) == (there.count(), there.filter(level="red").count())
        assert row.amount_fen == sum(s.amount_fen for s in there)
        assert row.findings == sum(s.n_findings for s in there)


def test_months_of_late_refunds_are_not_drawn_as_a_collapse() -> None:
    from workbench.results.profiles import _whole_months

    rows = [("H1", f"2024-{m:02d}", 100, 90, 50) for m in range(1, 13)] + [("H1", "2025-01", -3, -2, -1), ("H1", "2023-12", 1, 1, 5)]
    monthly = pl.DataFrame(rows, schema=["fixmedins_code", "month", "fee_fen", "fund_fen", "settlements"], orient="row")
    assert sorted(_whole_months(monthly)["month"]) == ["2023-12", *(f"2024-{m:02d}" for m in range(1, 13))]


def test_persons_who_go_together_and_the_places_they_share_form_the_network(runs: tuple[Any, Any]) -> None:
    code, elsewhere = institutions()[0][0], institutions()[7][0]
    network = Suspect.objects.get(run=runs[1], fixmedins_code=code).profile["network"]
    tied = {place for a, b, _days in network["ties"] for place in (a, b)}
    assert len(tied) == 4
    assert {days for _a, _b, days in network["ties"]} == {2}
    assert [place[0] for place in network["places"] if place[0] == elsewhere] == [elsewhere]
    shared = next(place for place in network["places"] if place[0] == elsewhere)
    assert shared[1] >= 2


def test_one_person_in_common_is_no_tie(db: None) -> None:
    from workbench.results.networks import networks

    rows = [("H1", "a", "r", None), ("H2", "a", "r", None), ("H1", "b", "r", None), ("H3", "", "r", None)]
    findings = pl.DataFrame(
        rows, schema={"fixmedins_code": pl.String, "psn_no": pl.String, "rule_id": pl.String, "occurred_from": pl.Date}, orient="row"
    )
    assert networks(findings, pl.DataFrame(schema=PAIR_SCHEMA)) == {}


def test_the_networks_own_pairs_are_drawn_without_a_finding_and_a_couple_is_not() -> None:
    from workbench.results.networks import networks

    rows = [
        ("drug_circuit", "H1", 0, 3, "a", "b", 5, 0.1, 0.0),
        ("drug_circuit", "H1", 0, 3, "b", "c", 7, 0.1, 0.0),
        ("admitted_together", "H2", 0, 2, "x", "y", 4, 0.1, 0.0),
    ]
    findings = pl.DataFrame(
        [("H1", "b", "r", None)],
        schema={"fixmedins_code": pl.String, "psn_no": pl.String, "rule_id": pl.String, "occurred_from": pl.Date},
        orient="row",
    )
    found = networks(findings, pl.DataFrame(rows, schema=PAIR_SCHEMA, orient="row"))
    assert set(found) == {"H1"}
    assert found["H1"]["persons"] == [["b", 1, "drug_circuit"], ["c", 0, "drug_circuit"], ["a", 0, "drug_circuit"]]
    assert found["H1"]["ties"] == [[0, 1, 7], [2, 0, 5]]
