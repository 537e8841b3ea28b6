"""The main job as a bureau runs it: what it hands back, that it can be repeated, and that a kill costs nothing."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from features.lake import Lake
from features.person_evidence import FOLDER, INDEX
from features.tables import Tables
from flows.ingest import ingest
from models.finding import DETAIL_COLUMNS, FINDING_SCHEMA
from models.kinds import Kind
from models.scoring.suspects import SUSPECT_COLUMNS
from tests.flows.conftest import run_main_job

RESULTS = ("suspects.csv", "findings.parquet")


def suspects_of(out: Path) -> pl.DataFrame:
    return pl.read_csv(out / "suspects.csv", infer_schema_length=None)


def test_suspects_bear_the_contracts_columns_every_institution_once(finished: Path) -> None:
    suspects = suspects_of(finished)
    assert (finished / "suspects.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert tuple(suspects.columns) == SUSPECT_COLUMNS
    assert suspects["rank"].to_list() == list(range(1, suspects.height + 1))
    assert suspects["fixmedins_code"].is_unique().all()
    assert set(suspects["level"]) <= {"red", "yellow", "green"}
    assert suspects["score"].is_between(0, 100).all()
    assert suspects["probability"].is_between(0, 1).all()
    assert suspects["probability"].is_sorted(descending=True)


def test_findings_bear_the_contracts_columns_with_evidence_and_law(finished: Path) -> None:
    findings = pl.read_parquet(finished / "findings.parquet")
    assert dict(findings.schema) == {name: dtype for name, dtype in FINDING_SCHEMA.items() if name not in DETAIL_COLUMNS}
    assert findings.height > 0
    assert findings["finding_id"].is_unique().all()
    assert set(findings["kind"]) <= set(Kind)
    assert set(findings["certainty"]) <= {"definite", "suspected"}
    assert (findings["legal_basis"].list.len() > 0).all()
    assert (findings["evidence"].str.len_chars() > 10).all()
    assert (findings["occurred_from"] <= findings["occurred_to"]).all()


def test_amounts_at_issue_are_the_distinct_lines_scope_amounts_to_the_fen(finished: Path) -> None:
    lake = Path(json.loads((finished / "run.json").read_text(encoding="utf-8"))["lake"])
    opened = Lake(lake)
    lines = pl.concat([Tables(opened, bucket).lines.select("bkkp_sn", "fixmedins_code", "inscp_fen") for bucket in opened.buckets]).collect()
    findings = pl.read_parquet(finished / "findings.parquet")
    named = findings.select(pl.col("bkkp_sns").alias("bkkp_sn")).explode("bkkp_sn").drop_nulls().unique()
    assert named.join(lines, on="bkkp_sn", how="anti").is_empty(), "every line at fault stands in the lake"
    expected = lines.join(named, on="bkkp_sn", how="semi").group_by("fixmedins_code").agg(pl.col("inscp_fen").sum())
    free = findings.filter(pl.col("bkkp_sns").list.len().fill_null(0) == 0)["fixmedins_code"].unique()
    compared = suspects_of(finished).join(expected, on="fixmedins_code").filter(~pl.col("fixmedins_code").is_in(free.to_list()))
    assert compared.height > 0
    assert ((compared["amount_at_issue"] * 100).round(0).cast(pl.Int64) == compared["inscp_fen"]).all()


def test_the_delivery_report_accounts_for_every_row(finished: Path) -> None:
    report = json.loads((finished / "delivery_report.json").read_text(encoding="utf-8"))
    for name, table in report["tables"].items():
        assert table["rows_read"] == table["rows_accepted"] + table["rows_repeated"] + table["rows_quarantined"], name
    assert (finished / "delivery_report.html").read_text(encoding="utf-8").startswith("<!")
    assert "rules_not_run" in report


def test_the_run_record_names_rules_parameters_and_model(finished: Path) -> None:
    record = json.loads((finished / "run.json").read_text(encoding="utf-8"))
    assert record["model"]["version"] == "1"
    assert record["weights_rest_on"] == "priors"
    assert record["rules"]["split_stay"]
    assert record["parameters"]["split_stay"]


def test_the_evidence_of_the_persons_whom_findings_name_lies_beside_the_run_with_all_lines_at_fault(finished: Path) -> None:
    kept = pl.read_parquet(finished / FOLDER / "**" / "*.parquet")
    findings = pl.read_parquet(finished / "findings.parquet").filter(pl.col("psn_no").is_not_null())
    assert set(kept["psn_no"]) == set(findings["psn_no"])
    at_fault = findings.select(pl.col("bkkp_sns").alias("bkkp_sn")).explode("bkkp_sn").drop_nulls()
    assert at_fault.height > 0
    assert at_fault.join(kept, on="bkkp_sn", how="anti").is_empty()
    record = json.loads((finished / "run.json").read_text(encoding="utf-8"))
    assert json.loads((finished / FOLDER / INDEX).read_text(encoding="utf-8")) == {"lake_fingerprint": record["lake_fingerprint"]}


def test_running_again_changes_nothing(finished: Path, delivery: Path) -> None:
    before = {name: (finished / name).read_bytes() for name in RESULTS}
    done = run_main_job(delivery, finished)
    assert done.returncode == 0, done.stderr
    assert {name: (finished / name).read_bytes() for name in RESULTS} == before


def test_a_changed_threshold_changes_what_is_found(finished: Path, delivery: Path, tmp_path: Path) -> None:
    config = tmp_path / "city.yaml"
    config.write_text("scoring: {red_probability_min: 1.0, red_amount_min: 99999999}\n", encoding="utf-8")
    done = run_main_job(delivery, tmp_path / "out", "--config", str(config), "--lake", str(finished / "lake"))
    assert done.returncode == 0, done.stderr
    assert "red" not in set(suspects_of(tmp_path / "out")["level"])


def test_a_delivery_that_is_not_there_is_named_with_the_next_step(tmp_path: Path) -> None:
    done = run_main_job(tmp_path / "nowhere", tmp_path / "out")
    assert done.returncode != 0
    assert "nowhere" in done.stdout + done.stderr


@pytest.mark.slow
def test_a_run_killed_at_random_moments_ends_with_the_same_bytes(finished: Path, delivery: Path, tmp_path: Path) -> None:
    """Three kills of the run alone, not of what it started, which must end by itself; HUOYAN_KILLS=20 tries more."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "flows.cli", "run", str(delivery), "--out", str(out), "--top", "0"]
    moments = random.Random(5)  # noqa: S311 - for reproducible moments, not for secrets
    for _ in range(int(os.environ.get("HUOYAN_KILLS", "3"))):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
        time.sleep(moments.uniform(2, 25))
        process.kill()
        process.wait()
    done = run_main_job(delivery, out)
    assert done.returncode == 0, done.stderr
    assert {name: (out / name).read_bytes() for name in RESULTS} == {name: (finished / name).read_bytes() for name in RESULTS}


@pytest.mark.slow
def test_two_worker_processes_and_other_buckets_give_the_same_bytes_as_one(finished: Path, delivery: Path, tmp_path: Path) -> None:
    ingest(delivery, tmp_path / "lake", n_buckets=3)
    done = run_main_job(delivery, tmp_path / "out", "--lake", str(tmp_path / "lake"), "--dask", "2")
    assert done.returncode == 0, done.stderr
    assert {name: (tmp_path / "out" / name).read_bytes() for name in RESULTS} == {name: (finished / name).read_bytes() for name in RESULTS}


def test_a_house_whose_findings_were_all_dismissed_is_a_suspect_no_longer(finished: Path, delivery: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    first = suspects_of(finished)["fixmedins_code"][0]
    theirs = pl.read_parquet(finished / "findings.parquet").filter(fixmedins_code=first)
    dismissed = theirs.select("finding_id", "rule_id", "fixmedins_code", verdict=pl.lit("dismissed"), amount=pl.lit(0.0), reason=pl.lit("已核实"))
    dismissed.with_columns(decided_at=datetime(2026, 1, 1)).write_parquet(out / "verdicts.parquet")  # noqa: DTZ001 - verdicts bear UTC without zone
    done = run_main_job(delivery, out, "--lake", str(finished / "lake"))
    assert done.returncode == 0, done.stderr
    now = suspects_of(out).filter(fixmedins_code=first).row(0, named=True)
    assert (now["level"], now["kinds"] or "") == ("green", "")
    assert now["rank"] > 1


def test_retraining_passes_its_gates_on_the_same_city_and_can_be_rolled_back(finished: Path) -> None:
    def huoyan(*arguments: str) -> str:
        done = subprocess.run([sys.executable, "-m", "flows.cli", *arguments], check=True, capture_output=True, text=True, timeout=300)  # noqa: S603
        return done.stdout

    assert "已启用" in huoyan("retrain", "--runs", str(finished))
    listed = huoyan("models", "list", "--runs", str(finished))
    assert "previous" in listed
    assert "第 1 版" in huoyan("models", "rollback", "--runs", str(finished))
