"""The whole suite of the workbench once more, on a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

URL = os.environ.get("HUOYAN_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
ROOT = Path(__file__).resolve().parents[2]


def _missing() -> str | None:
    try:
        psycopg.connect(URL, connect_timeout=3).close()
    except psycopg.Error as error:
        return f"no PostgreSQL at HUOYAN_TEST_POSTGRES_URL: {type(error).__name__}"
    return None


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("HUOYAN_DATABASE_URL") is not None, reason="this run is itself on PostgreSQL")
@pytest.mark.skipif(_missing() is not None, reason=str(_missing()))
def test_everything_holds_on_postgresql_too(tmp_path: Path) -> None:
    env = {**os.environ, "HUOYAN_DATABASE_URL": URL, "HUOYAN_HOME": str(tmp_path)}
    env = {name: value for name, value in env.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "tests/workbench", "-q", "-m", "not browser", "-n", "0", "--create-db"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout[-4000:]
