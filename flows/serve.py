"""``huoyan serve``: the Prefect server and its schedules, MLflow's pages and the workbench, started and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from flows.cli_workbench import server_command
from flows.home import Home

READY_SECONDS = 180


class ServeError(RuntimeError):
    """A service cannot start, did not come up or ended by itself."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process of the installation: its command, and the page that answers once it is ready."""

    name: str
    command: tuple[str, ...]
    page: str
    environment: dict[str, str]

    @property
    def address(self) -> str:
        """What a user opens."""
        parts = urlsplit(self.page)
        return f"{parts.scheme}://{parts.netloc}"


def services(runs: Path, *, host: str, port: int, delivery: str | None, config: Path | None) -> list[Service]:
    """The processes for the run folder ``runs``; the workbench at ``port``, MLflow at port+1, Prefect at port+2."""
    home = Home.of(runs)
    python = sys.executable
    prefect_api = f"http://{host}:{port + 2}/api"
    listed = [
        Service(
            "prefect",
            (python, "-m", "prefect", "server", "start", "--host", host, "--port", str(port + 2)),
            f"http://{host}:{port + 2}/api/health",
            {},
        ),
        Service(
            "mlflow",
            (python, "-m", "mlflow", "ui", "--backend-store-uri", home.tracking_uri, "--host", host, "--port", str(port + 1), "--workers", "1"),
            f"http://{host}:{port + 1}/health",
            {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        ),
        Service(
            "workbench",
            server_command(host, port),
            f"http://{host}:{port}/healthz",
            {
                "HUOYAN_RUNS": str(home.out),
                "HUOYAN_HTTPS": os.environ.get("HUOYAN_HTTPS", "0" if host in ("127.0.0.1", "localhost") else "1"),
                "HUOYAN_TRY_RULE": "flows.cli_rules.try_out",
                "HUOYAN_MLFLOW_PAGES": f"http://{host}:{port + 1}",
                "HUOYAN_PREFECT_PAGES": f"http://{host}:{port + 2}",
            },
        ),
    ]
    if delivery is not None:
        arguments = (python, "-m", "flows.deployments", delivery, str(home.out), *([str(config)] if config else []))
        listed.append(Service("schedules", arguments, "", {"PREFECT_API_URL": prefect_api}))
    return listed


def first_steps(runs: Path, delivery: str | None, users: int) -> list[str]:
    """What is still missing before somebody can work with what is served, each with the command that mends it."""
    missing = []
    if not (runs / "suspects.csv").is_file():
        when = "after the nightly run, or" if delivery else "once"
        missing.append(f"{runs} holds no finished run yet; its results appear {when} this has finished: huoyan run DELIVERY --out {runs}")
    if not users:
        missing.append(
            "Nobody can sign in yet. To try it out, in this folder (or with the same HUOYAN_HOME): huoyan user add auditor --role auditor "
            "--counties all; a bureau makes its three administrators first (docs/security.md)."
        )
    return missing


def serve(listed: list[Service], tell: object = print) -> None:
    """Starts the services in order, waits until each answers, and stops all when one ends or on Ctrl-C.

    Raises ServeError naming the service whose port is taken, that did not come up or ended by itself.
    """
    say = tell if callable(tell) else print
    _ports_free(listed)
    running: list[tuple[Service, subprocess.Popen[bytes]]] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        for service in listed:
            # a session of its own, so that what the service starts ends with it
            process = subprocess.Popen(service.command, env={**os.environ, **service.environment}, start_new_session=True)  # noqa: S603
            running.append((service, process))
            _wait_until_ready(service, process)
            say(f"{service.name}: {service.address if service.page else 'running'}")
        say("Ctrl-C stops all.")
        while True:
            for service, process in running:
                if process.poll() is not None:
                    raise ServeError(f"{service.name} ended with exit code {process.returncode}; its last lines stand above.")
            time.sleep(1)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        for _, process in reversed(running):
            _signal(process, signal.SIGTERM)
        for _, process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
            _signal(process, signal.SIGKILL)


def _ports_free(listed: list[Service]) -> None:
    """Told before anything starts: another program at the port would answer in the service's place."""
    for service in listed:
        address = urlsplit(service.page)
        if not address.hostname or not address.port:
            continue
        family, *_rest, where = socket.getaddrinfo(address.hostname, address.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # as the services do: a port that was only just left is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(where)
            except OSError as error:
                raise ServeError(
                    f"{service.name} cannot listen on port {address.port} of {address.hostname} ({error.strerror}). If another huoyan serve runs, "
                    "stop it; else choose three ports in a row that are free, for example --port 8100."
                ) from error


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Sends the signal to the service and everything it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _wait_until_ready(service: Service, process: subprocess.Popen[bytes]) -> None:
    if not service.page:
        return
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServeError(f"{service.name} ended with exit code {process.returncode} before it answered; its last lines stand above.")
        try:
            with urlopen(service.page, timeout=2):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise ServeError(f"{service.name} did not answer at {service.page} within {READY_SECONDS} seconds.")
