"""The server that lasts as long as one run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.temporary_server import temporary_server

_PARENT = """
import os, time
from flows.temporary_server import temporary_server
with temporary_server() as wait_until_ready:
    print(os.environ["PREFECT_API_URL"].split(":")[2].split("/")[0], flush=True)
    time.sleep(600)
"""


def _servers(port: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if port in words and any("prefect.server" in word for word in words):
                found.append(entry.name)
    return found


def test_a_named_api_is_used_and_no_server_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://somewhere/api")
    with temporary_server() as wait_until_ready:
        wait_until_ready()
        assert os.environ["PREFECT_API_URL"] == "http://somewhere/api"


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to look for the server")
def test_a_killed_run_leaves_no_server_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path)}
    environment.pop("PREFECT_API_URL", None)
    run = subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 - our own interpreter
    assert run.stdout is not None
    port = run.stdout.readline().strip()
    assert _servers(port), "the server runs beside the run"
    run.send_signal(signal.SIGKILL)
    run.wait()
    until = time.monotonic() + 30
    while _servers(port) and time.monotonic() < until:
        time.sleep(0.1)
    assert not _servers(port)
