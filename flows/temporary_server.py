"""Prefect's API for the length of one run, in a process of its own that ends with this one, however this one ends.

Prefect can start such a server by itself, but only when the flow begins, and a run that is killed leaves it behind. This one is started
first, so that it gets ready while the libraries load, and it goes when the pipe to its parent closes.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

#: Seconds until the server must answer; a first start makes its database.
PATIENCE_S: Final = 180
_SERVER: Final = """
import os, sys, threading

def leave():
    sys.stdin.buffer.read()
    os._exit(0)

threading.Thread(target=leave, daemon=True).start()
import uvicorn
uvicorn.run("prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="on")
"""


#: Services of a lasting server that a single run has no use for.
_WITHOUT: Final = ("SCHEDULER", "LATE_RUNS", "PAUSE_EXPIRATIONS", "CANCELLATION_CLEANUP", "FOREMAN")


@contextmanager
def temporary_server() -> Iterator[Callable[[], None]]:
    """Prefect's API while the block runs, named by PREFECT_API_URL; where that names one already, it is used as it is.

    Enter it before Prefect is imported. Gives a function that returns when the API answers; it raises RuntimeError when the server ended
    or does not answer within ``PATIENCE_S`` seconds.
    """
    if os.environ.get("PREFECT_API_URL"):
        yield lambda: None
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PREFECT_SERVER_UI_ENABLED": "false"} | {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in _WITHOUT}
    # a session of its own: Ctrl-C is for the run, which then says so to its server
    process = subprocess.Popen([sys.executable, "-c", _SERVER, str(port)], stdin=subprocess.PIPE, env=environment, start_new_session=True)  # noqa: S603 - our own interpreter
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    try:
        yield lambda: _wait(process, port)
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/api/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise RuntimeError(
        f"Prefect's temporary server did not come up within {PATIENCE_S} s; start one with `prefect server start` and set PREFECT_API_URL."
    )
