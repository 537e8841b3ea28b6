"""A load killed at any moment leaves the lake as it was or complete, and starting again finishes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from features.lake import Lake
from flows.ingest import ingest
from tests.ingest.small import delivery, lake_files, write

_LOAD = """
import sys
from pathlib import Path
from flows.ingest import ingest
from flows.ingest.store import Store
print("ready", flush=True)
ingest(Path(sys.argv[1]), Path(sys.argv[2]), n_buckets=2)
"""


def _start(source: Path, lake: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _LOAD, str(source), str(lake)], stdout=subprocess.PIPE, env=os.environ | {"POLARS_MAX_THREADS": "1"}
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def test_a_load_killed_at_any_moment_leaves_the_old_lake_or_the_new_one_and_the_next_run_finishes(tmp_path: Path) -> None:
    early, late = delivery(), delivery()
    early["fee_list_d"] = early["fee_list_d"][:4]
    late["mdtrt_d"][3] |= {"endtime": "2024-02-27 10:00:00", "inhosp_stas": "0"}
    first, second = write(tmp_path / "first", early), write(tmp_path / "second", late)
    ingest(first, tmp_path / "old", n_buckets=2)
    ingest(first, tmp_path / "new", n_buckets=2)
    ingest(second, tmp_path / "new", n_buckets=2)
    old, new = lake_files(tmp_path / "old"), lake_files(tmp_path / "new")
    begun = time.monotonic()
    process = _start(second, tmp_path / "old")
    started = time.monotonic()
    process.wait()
    whole = time.monotonic() - started
    assert process.returncode == 0, f"the undisturbed load failed after {time.monotonic() - begun:.1f} s"
    moments = random.Random(20240101)  # noqa: S311 - moments of a test
    for attempt in range(6):
        lake = tmp_path / f"lake{attempt}"
        ingest(first, lake, n_buckets=2)
        process = _start(second, lake)
        time.sleep(whole * moments.random())
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert lake_files(lake) in (old, new)
        ingest(second, lake, n_buckets=2)
        assert lake_files(lake) == new


def test_the_step_before_the_commit_changes_nothing_that_readers_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = delivery(), delivery()
    first["fee_list_d"] = first["fee_list_d"][:3]
    ingest(write(tmp_path / "first", first), tmp_path / "lake")
    before = lake_files(tmp_path / "lake")
    reader = Lake(tmp_path / "lake")

    def crash(_store: object) -> bool:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("flows.ingest.store.Store.commit", crash)
        with pytest.raises(RuntimeError, match="power cut"):
            ingest(write(tmp_path / "second", second), tmp_path / "lake")
    assert lake_files(tmp_path / "lake") == before
    assert reader.scan("fee_list_d").collect().height == 3
    ingest(tmp_path / "second", tmp_path / "lake")
    ingest(tmp_path / "second", tmp_path / "clean")
    assert lake_files(tmp_path / "lake") == lake_files(tmp_path / "clean")


def test_a_month_added_later_rewrites_no_part_of_other_months(tmp_path: Path) -> None:
    january, both = delivery(), delivery()
    for table, column in (("mdtrt_d", "begntime"), ("setl_d", "setl_time"), ("fee_list_d", "fee_ocur_time")):
        january[table] = [row for row in january[table] if row[column].startswith("2024-01")]
    ingest(write(tmp_path / "january", january), tmp_path / "lake")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "lake" / "tables").rglob("*month=2024-01/*.parquet")}
    ingest(
        write(tmp_path / "february", {name: [row for row in rows if row not in january[name]] or rows for name, rows in both.items()}),
        tmp_path / "lake",
    )
    assert len(stamps) == 3
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    assert Lake(tmp_path / "lake").months("fee_list_d") == ["2024-01", "2024-02"]


def test_two_loads_into_one_lake_at_once_are_refused(tmp_path: Path) -> None:
    from flows.ingest import DeliveryError
    from flows.ingest.store import locked

    write(tmp_path / "in", delivery())
    with locked(tmp_path / "lake"), pytest.raises(DeliveryError, match="Another load"):
        ingest(tmp_path / "in", tmp_path / "lake")
