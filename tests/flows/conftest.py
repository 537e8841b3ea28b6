"""One small simulated city and one finished run of it, shared by the flows' tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulation import simulate


@pytest.fixture(scope="session")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A delivery of 1,500 persons over four months, with dirt and planted frauds."""
    folder = tmp_path_factory.mktemp("delivery")
    simulate(1_500, 4, 3, folder)
    return folder


def run_main_job(delivery: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """``huoyan run`` in a process of its own, as a bureau starts it."""
    command = [sys.executable, "-m", "flows.cli", "run", str(delivery), "--out", str(out), *more]
    return subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, "COLUMNS": "140"}, timeout=400)  # noqa: S603


@pytest.fixture(scope="session")
def finished(delivery: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the main job on ``delivery``."""
    out = tmp_path_factory.mktemp("run") / "out"
    done = run_main_job(delivery, out)
    assert done.returncode == 0, done.stdout + done.stderr
    return out
