"""Services started and stopped together."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

import pytest

from flows.serve import ServeError, Service, first_steps, serve, services


def python(name: str, code: str) -> Service:
    return Service(name, (sys.executable, "-c", code), "", {})


def test_when_one_service_ends_the_others_are_stopped_with_what_they_started(tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    child = f"import time\nwhile True:\n    open({str(mark)!r}, 'a').write('x'); time.sleep(0.1)"
    parent = f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {child!r}])\ntime.sleep(600)"
    with pytest.raises(ServeError, match="short ended with exit code 3"):
        serve([python("long", parent), python("short", "import time; time.sleep(3); raise SystemExit(3)")], lambda _text: None)
    assert mark.exists()
    size = mark.stat().st_size
    time.sleep(1)
    assert mark.stat().st_size == size, "the service's own child must not outlive it"


def test_a_service_that_never_answers_is_named() -> None:
    dead = Service("dead", (sys.executable, "-c", "raise SystemExit(1)"), "http://127.0.0.1:9/", {})
    with pytest.raises(ServeError, match="dead ended with exit code 1 before it answered"):
        serve([dead], lambda _text: None)


def test_schedules_start_only_with_a_delivery(tmp_path: Path) -> None:
    without = services(tmp_path, host="127.0.0.1", port=8000, delivery=None, config=None)
    with_delivery = services(tmp_path, host="127.0.0.1", port=8000, delivery="/deliveries", config=None)
    assert [service.name for service in without] == ["prefect", "mlflow", "workbench"]
    assert [service.name for service in with_delivery] == ["prefect", "mlflow", "workbench", "schedules"]


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        page = f"http://127.0.0.1:{taken.getsockname()[1]}/healthz"
        first = python("first", f"open({str(mark)!r}, 'w')")
        with pytest.raises(ServeError, match=rf"second cannot listen on port {taken.getsockname()[1]} .*--port"):
            serve([first, Service("second", (sys.executable, "-c", ""), page, {})], lambda _text: None)
    assert not mark.exists()


def test_what_a_user_opens_is_told_not_the_page_that_is_asked_for_readiness() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answers = "import http.server, sys; s = http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)"
    once = Service("pages", (sys.executable, "-c", f"{answers}; s.handle_request()", str(port)), f"http://127.0.0.1:{port}/", {})
    told: list[str] = []
    with pytest.raises(ServeError, match="pages ended with exit code 0"):
        serve([once], told.append)
    assert told[0] == f"pages: http://127.0.0.1:{port}"


def test_a_folder_without_a_finished_run_and_an_installation_without_users_are_told_with_the_command_that_mends_them(tmp_path: Path) -> None:
    run, user = first_steps(tmp_path, None, 0)
    assert f"huoyan run DELIVERY --out {tmp_path}" in run
    assert "huoyan user add" in user
    (tmp_path / "suspects.csv").touch()
    assert first_steps(tmp_path, None, 1) == []
