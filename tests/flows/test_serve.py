"""Services started and stopped together."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from flows.serve import ServeError, Service, serve, services


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
