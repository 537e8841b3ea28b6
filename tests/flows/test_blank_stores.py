"""Databases copied from blanks instead of being laid out anew: only where the blank is of the installed release and the same revision."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from flows.blank_stores import blank_of, laid_out, make
from flows.temporary_server import temporary_server


def database(place: Path, revision: str) -> Path:
    """A database that has seen the migrations up to ``revision``."""
    place.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(place)
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
    connection.commit()
    connection.close()
    return place


@pytest.fixture(autouse=True)
def blanks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "blanks"
    monkeypatch.setenv("HUOYAN_BLANK_STORES", str(folder))
    return folder


def test_a_missing_database_is_copied_from_the_blank_of_the_installed_release(tmp_path: Path) -> None:
    blank = database(blank_of("prefect"), "b2")
    place = tmp_path / "home" / "prefect.db"
    assert laid_out("prefect", place)
    assert place.read_bytes() == blank.read_bytes()


def test_the_blank_of_another_release_is_refused(tmp_path: Path, blanks: Path) -> None:
    other = f"{version('prefect')}.post1"
    database(blanks / f"prefect-{other}.db", "b2")
    place = tmp_path / "prefect.db"
    assert not laid_out("prefect", place)
    assert not place.exists()


def test_a_database_of_an_earlier_revision_is_left_to_its_migrations(tmp_path: Path) -> None:
    database(blank_of("prefect"), "b2")
    assert not laid_out("prefect", database(tmp_path / "old.db", "a1"))
    assert laid_out("prefect", database(tmp_path / "same.db", "b2"))


def test_a_database_whose_making_was_interrupted_is_left_to_its_migrations(tmp_path: Path) -> None:
    database(blank_of("prefect"), "b2")
    empty = tmp_path / "prefect.db"
    empty.touch()
    assert not laid_out("prefect", empty)


TRACKS = """
import sys
from pathlib import Path
from flows.home import Home
home = Home.of(Path(sys.argv[1]))
home.prepare()
from flows.tracking import connect
print(*(experiment.artifact_location for experiment in connect(home).search_experiments()))
"""


@pytest.mark.slow
def test_a_tracking_store_from_a_blank_keeps_everything_in_the_runs_own_folder(tmp_path: Path) -> None:
    blank = make("mlflow")
    out = tmp_path / "out"
    tracked = subprocess.run([sys.executable, "-c", TRACKS, str(out)], check=False, capture_output=True, text=True)  # noqa: S603 - our own interpreter
    assert tracked.returncode == 0, tracked.stderr
    assert len(tracked.stdout.split()) == 2
    assert all(place.startswith((out / "tracking" / "artifacts").as_uri()) for place in tracked.stdout.split())
    assert "nowhere" not in blank.read_bytes().decode(errors="replace")


@pytest.mark.slow
def test_prefects_server_answers_on_a_database_from_a_blank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blank = make("prefect")
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    with temporary_server() as wait_until_ready:
        wait_until_ready()
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    with sqlite3.connect(tmp_path / "home" / "prefect.db") as used, sqlite3.connect(blank) as fresh:
        assert used.execute(tables).fetchall() == fresh.execute(tables).fetchall() != []
