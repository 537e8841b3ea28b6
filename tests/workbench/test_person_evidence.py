"""The evidence a run keeps of its persons shows what the lake shows, is used only while it is the lake's, and spares reading it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.cache import caches

from features.lake import Lake
from features.person_evidence import FOLDER, INDEX, PersonEvidence
from flows.evidence import evidence_step
from flows.steps import Job
from flows.store import write_parquet
from workbench.accounts.models import Role
from workbench.results import lakeview
from workbench.results.models import Finding

TABLES = [field.name for field in fields(PersonEvidence)]


def job_of(run: Any, work: Path, key: str = "one", findings: pl.DataFrame | None = None) -> Job:
    job = Job(run.lake, str(work), None, None, key)
    write_parquet(pl.read_parquet(Path(run.folder) / "findings.parquet") if findings is None else findings, job.steps().path("findings.parquet"))
    return job


@pytest.fixture
def kept(runs: tuple[Any, Any], tmp_path: Path) -> Iterator[Path]:
    """The newer run's folder with its evidence beside it."""
    run = runs[1]
    folder = evidence_step(job_of(run, tmp_path / "work"), Path(run.folder) / FOLDER)
    forget()
    yield Path(run.folder)
    shutil.rmtree(folder)
    forget()


def forget() -> None:
    lakeview.person_evidence.cache_clear()
    caches["persons"].clear()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables of the lake that were read."""
    own_scan, tables = Lake.scan, []

    def noted(self: Any, table: str, *rest: Any) -> Any:
        tables.append(table)
        return own_scan(self, table, *rest)

    monkeypatch.setattr(Lake, "scan", noted)
    return tables


def persons_of(folder: Path) -> list[str]:
    return sorted(pl.read_parquet(folder / "findings.parquet")["psn_no"].drop_nulls().unique())


def test_what_a_run_kept_of_a_person_is_what_the_lake_shows_of_him(kept: Path, runs: tuple[Any, Any]) -> None:
    lake = runs[1].lake
    for person in persons_of(kept):
        of_run, of_lake = lakeview.person_evidence(str(kept), lake, person, "x"), lakeview.person_evidence("", lake, person, "x")
        for table in TABLES:
            assert getattr(of_run, table).equals(getattr(of_lake, table)), (person, table)
        assert of_run.lines.height > 0
    assert any(lakeview.person_evidence(str(kept), lake, person, "x").scenes.height for person in persons_of(kept))


def test_the_pages_are_the_same_to_the_byte_with_and_without_what_the_run_kept(kept: Path, enter: Callable[..., Any], read: list[str]) -> None:
    client = enter(Role.LEAD, ())
    ids = list(Finding.objects.exclude(psn_no="").order_by("rule_id", "finding_id").values_list("finding_id", flat=True)[::3])
    addresses = [f"/findings/{one}/{tab}" for one in ids for tab in ("", "stay/", "person/", "dialysis/")]

    def pages() -> list[str]:
        return [_without_token(client.get(address).content.decode()) for address in addresses]

    of_run = pages()
    assert not read
    shutil.move(kept / FOLDER / INDEX, kept / "put-away")
    forget()
    of_lake = pages()
    assert {"mdtrt_d", "setl_d", "fee_list_d"} <= set(read)
    assert of_run == of_lake
    assert any("现场刷脸" in page for page in of_run)


def _without_token(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value="|name="csrf" content=")[^"]*', r"\1", page)


def test_what_was_kept_of_another_state_of_the_lake_is_not_shown(kept: Path, runs: tuple[Any, Any], read: list[str]) -> None:
    person = persons_of(kept)[0]
    (kept / FOLDER / INDEX).write_text(json.dumps({"lake_fingerprint": "before the last load"}), encoding="utf-8")
    assert lakeview.person_evidence(str(kept), runs[1].lake, person, "x").lines.height > 0
    assert "fee_list_d" in read


def test_a_person_of_no_finding_is_read_from_the_lake(kept: Path, runs: tuple[Any, Any], read: list[str]) -> None:
    others = Lake(Path(runs[1].lake)).scan("mdtrt_d").filter(~pl.col("psn_no").is_in(persons_of(kept))).collect()["psn_no"]
    read.clear()
    assert lakeview.person_evidence(str(kept), runs[1].lake, others[0], "x").visits.height > 0
    assert "mdtrt_d" in read


def test_what_one_server_process_read_of_a_person_the_others_need_not_read_again(runs: tuple[Any, Any], read: list[str]) -> None:
    lake, person = runs[1].lake, "431000000000000001"
    forget()
    first = lakeview.person_evidence("", lake, person, "x").lines
    lakeview.person_evidence.cache_clear()
    read.clear()
    again = lakeview.person_evidence("", lake, person, "x").lines
    assert again.equals(first)
    assert again.height > 0
    assert not read


def test_keeping_goes_on_at_the_first_bucket_not_finished_and_begins_anew_for_another_run(runs: tuple[Any, Any], tmp_path: Path) -> None:
    out = tmp_path / FOLDER
    job = job_of(runs[1], tmp_path / "work")
    job.steps().finish("evidence.begun")
    job.steps().finish("evidence.000")
    (out / "bucket=000").mkdir(parents=True)
    (out / "bucket=000" / "99.parquet").touch()
    evidence_step(job, out)
    assert [path.name for path in (out / "bucket=000").iterdir()] == ["99.parquet"], "what was finished is not done again"
    assert list((out / "bucket=001").iterdir())
    assert (out / INDEX).is_file()
    few = pl.read_parquet(Path(runs[1].folder) / "findings.parquet").filter(pl.col("psn_no").is_not_null()).head(1)
    evidence_step(job_of(runs[1], tmp_path / "work", "two", few), out)
    files = list(out.rglob("*.parquet"))
    assert len(files) == 1, "nobody of the run before is left"
    assert set(pl.read_parquet(files[0])["psn_no"]) == set(few["psn_no"])


def test_a_run_without_persons_keeps_no_files(runs: tuple[Any, Any], tmp_path: Path) -> None:
    none = pl.read_parquet(Path(runs[1].folder) / "findings.parquet").with_columns(psn_no=pl.lit(None, pl.String))
    out = evidence_step(job_of(runs[1], tmp_path / "work", findings=none), tmp_path / FOLDER)
    assert not list(out.rglob("*.parquet"))
    assert (out / INDEX).is_file()
