"""Keeping the workbench and a run folder in step: finished runs are loaded, verdicts are written back for the next scoring."""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections
from django.db.models import Max

from workbench.results.load import LoadError, load_run

SECONDS = 30
_held: list[IO[str]] = []
log = logging.getLogger(__name__)


def follow_environment() -> threading.Thread | None:
    """Follows the folder named by HUOYAN_RUNS, in one process of the installation only (a lock file in HUOYAN_HOME decides)."""
    lock = (settings.HUOYAN_HOME / "follow.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    _held.append(lock)  # kept open as long as the process lives
    return follow(Path(os.environ["HUOYAN_RUNS"]))


def follow(folder: Path) -> threading.Thread:
    """Brings the database up to date, then looks every half minute for a finished run. Gives the watching thread."""
    call_command("migrate", verbosity=0, interactive=False)
    thread = threading.Thread(target=_watch, args=(folder,), name="huoyan-follow", daemon=True)
    thread.start()
    return thread


def _watch(folder: Path) -> None:
    seen: tuple[int, ...] | None = None
    exported = None
    while True:
        try:
            seen = load_if_new(folder, seen)
            exported = export_if_new(folder, exported)
        except LoadError as error:
            log.warning("%s", error)
        except Exception:  # the watcher must outlive a locked database or a half-copied folder
            log.exception("Could not bring the workbench up to date with %s; trying again in %s seconds", folder.name, SECONDS)
        finally:
            close_old_connections()
        time.sleep(SECONDS)


def load_if_new(folder: Path, seen: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Loads the run when its files changed since ``seen``; gives what was seen now. A folder without results is left alone."""
    files = [folder / name for name in ("suspects.csv", "findings.parquet", "run.json")]
    if not all(path.is_file() for path in files):
        return seen
    now = tuple(path.stat().st_mtime_ns for path in files)
    if now != seen:
        load_run(folder)
    return now


def export_if_new(folder: Path, exported: object) -> object:
    """Writes verdicts.parquet into the run folder when a verdict changed since the last time."""
    from workbench.cases.models import Verdict  # noqa: PLC0415  results knows cases only here
    from workbench.cases.services import export_verdicts  # noqa: PLC0415

    newest = Verdict.objects.aggregate(newest=Max("changed"))["newest"]
    if newest is not None and newest != exported and folder.is_dir():
        export_verdicts(folder / "verdicts.parquet")
    return newest
