"""What the command line loads, and when."""

from __future__ import annotations

import subprocess
import sys

from flows.cli import AREAS

LOADED = """
import sys
import flows.cli
print(*(name for name in ("polars", "prefect", "mlflow", "scipy", "flows.ingest", "features.run") if name in sys.modules))
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], check=False, capture_output=True, text=True)  # noqa: S603 - our own interpreter


def test_nothing_heavy_is_loaded_before_the_server_of_a_run_starts() -> None:
    loaded = python("-c", LOADED)
    assert loaded.stdout.split() == [], loaded.stderr


def test_every_command_of_every_area_can_be_asked_for_help() -> None:
    shown = python("-m", "flows.cli", "--help").stdout
    assert [name for name in ("run", "serve", "docs", *AREAS) if f" {name} " not in shown] == []


def test_a_mistyped_command_is_held_against_those_of_all_areas() -> None:
    wrong = python("-m", "flows.cli", "simulat")
    assert wrong.returncode == 2
    assert "simulate" in wrong.stdout + wrong.stderr
