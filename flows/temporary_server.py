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
from pathlib import Path
from typing import Final

from flows.blank_stores import laid_out

#: Seconds until the server must answer; a first start makes its database.
PATIENCE_S: Final = 180
_SERVER: Final = """
import os, sys, threading

def leave():
    sys.stdin.buffer.read()
    os._exit(0)

threading.Thread(target=leave, daemon=True).start()
# nothing that is loaded is ever given back: looking for garbage meanwhile costs a tenth of the start
import gc
gc.disable()
import uvicorn
from prefect.server.api.server import create_app
app = create_app()
gc.freeze()
gc.enable()
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="on")
"""


#: Services of a lasting server that a single run has no use for.
_WITHOUT: Final = ("SCHEDULER", "LATE_RUNS", "PAUSE_EXPIRATIONS", "CANCELLATION_CLEANUP", "FOREMAN", "REPOSSESSOR", "TRIGGERS")
#: Nor for pages and for the catalogue of blocks, which ``huoyan serve`` enters when it starts.
_SETTINGS: Final = {
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
} | {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in _WITHOUT}


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
    environment = {**os.environ, **_SETTINGS, **_database()}
    # a session of its own: Ctrl-C is for the run, which then says so to its server
    process = subprocess.Popen([sys.executable, "-c", _SERVER, str(port)], stdin=subprocess.PIPE, env=environment, start_new_session=True)  # noqa: S603 - our own interpreter
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    try:
        yield lambda: _wait(process, port)
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        process.kill()
        process.wait()


def _database() -> dict[str, str]:
    """Settings that spare the server its migrations, where its database is laid out already; none where the user named a database."""
    home = os.environ.get("PREFECT_HOME")
    if home is None or any(f"PREFECT_{part}_DATABASE_CONNECTION_URL" in os.environ for part in ("SERVER", "API")):
        return {}
    place = Path(home) / "prefect.db"
    if not laid_out("prefect", place):
        return {}
    return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{place}", "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false"}


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
