"""A real workbench for the browser tests: its own home, its own database, served by uvicorn, users made by the command."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Firm-Lamp-2024!"  # noqa: S105  of users who live for one test
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
USERS = {
    "zhang": ("auditor", "431002,431003", "张稽核"),
    "hu": ("auditor", "431002", "胡稽核"),
    "li": ("reviewer", "all", "李复核"),
    "wang": ("lead", "all", "王组长"),
    "zhao": ("director", "all", "赵主任"),
    "qian": ("director", "all", "钱主任"),
    "chen": ("steward", "all", "陈模型"),
    "sysadmin": ("system_admin", "", "系统管理员"),
    "secadmin": ("security_admin", "", "安全管理员"),
    "auditadmin": ("audit_admin", "", "审计管理员"),
    "hospital": ("institution", "", "机构代表"),
}


def missing_browser() -> str | None:
    """Why browser tests cannot run here; None when they can."""
    if CHROMIUM is None:
        return "no Chromium: apt-get install chromium fonts-noto-cjk"
    fonts = subprocess.run([shutil.which("fc-list") or "true", ":lang=zh"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    return None if fonts.strip() else "no Chinese font: apt-get install fonts-noto-cjk"


@dataclass(frozen=True, slots=True)
class Site:
    """Where it answers, and the institution whose representative ``hospital`` is."""

    url: str
    home: Path
    institution: str


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _user_arguments(institution: str) -> list[list[str]]:
    own = {"institution": ["--institution", institution]}
    return [
        ["add", name, "--role", role, "--counties", counties, "--name", shown, *own.get(role, [])] for name, (role, counties, shown) in USERS.items()
    ]


def _command(env: dict[str, str], group: str, *calls: list[str]) -> None:
    """Runs several calls of a group of commands in one process, as ``huoyan user add …`` would."""
    script = f"from flows.cli_workbench import {group} as group\nfor call in {calls!r}:\n    group(call, standalone_mode=False)\n"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"The workbench could not be prepared:\n{done.stdout}\n{done.stderr}")


@contextmanager
def serve(home: Path, runs: tuple[Path, Path], institution: str) -> Iterator[Site]:
    """Makes the users, loads the runs, serves until the block ends."""
    env = {**os.environ, "HUOYAN_HOME": str(home), "HUOYAN_HTTPS": "0", "HUOYAN_PASSWORD": PASSWORD, "HUOYAN_COUNTIES": str(home / "counties.json")}
    env["HUOYAN_TRY_RULE"] = "flows.cli_rules.try_out"
    (home / "counties.json").write_text(json.dumps({"431002": "甲城区", "431003": "乙北区", "431021": "丙阳县"}), encoding="utf-8")
    env.pop("HUOYAN_DATABASE_URL", None)
    _command(env, "user", *_user_arguments(institution))
    _command(env, "workbench", *[["load", str(run)] for run in runs])
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "workbench.asgi:application", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, env=env)  # noqa: S603
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 180
        while True:
            try:
                urlopen(f"{url}/healthz", timeout=2).close()  # noqa: S310
                break
            except (URLError, OSError):
                if time.monotonic() > deadline or process.poll() is not None:
                    raise RuntimeError("The workbench did not come up.") from None
                time.sleep(0.2)
        yield Site(url, home, institution)
    finally:
        process.terminate()
        process.wait(timeout=20)
