"""Trying a parameter out on a run's lake, which takes minutes on a city's: a process of its own computes it, the pages tell how far it is.

One trial at a time (a lock file in HUOYAN_HOME); the others wait. A page that is left, a browser that is closed and a workbench that is started
anew lose nothing: the same question finds the same trial. A process that dies leaves no sign of life and the trial can be asked for again.
"""

from __future__ import annotations

import fcntl
import logging
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from workbench.audit.chain import record
from workbench.cases.models import Proposal, Trial
from workbench.results.models import Run

#: a process tells that it lives every so many seconds; one that was silent for the longer time is dead
SIGN_SECONDS, DEAD_SECONDS = 5, 60
log = logging.getLogger(__name__)


def can_try(run: Run | None) -> bool:
    """True where the installation names a function for trying rules out (HUOYAN_TRY_RULE) and the run's lake is known."""
    return bool(os.environ.get("HUOYAN_TRY_RULE")) and run is not None and bool(run.lake)


def ask(request: Any, run: Run, rule_id: str, name: str, old: Any, new: Any) -> Trial:
    """The trial of this value: one that is done or under way, else a new one."""
    known = Trial.objects.filter(run=run, unit_id=rule_id, name=name).exclude(state=Trial.State.FAILED)
    for trial in known:
        if (trial.old, trial.new) == (old, new) and refreshed(trial).state != Trial.State.FAILED:
            return trial
    trial = Trial.objects.create(run=run, unit_id=rule_id, name=name, old=old, new=new, author=request.user)
    record(request, "tried", "rule", rule_id, {"unit": rule_id, "name": name, "old": old, "new": new})
    launch(trial)
    trial.refresh_from_db()
    return trial


def refreshed(trial: Trial) -> Trial:
    """The trial as it stands; one whose process has died is told as failed."""
    if trial.under_way and trial.alive < timezone.now() - timedelta(seconds=DEAD_SECONDS):
        problem = _("试算进程已中断，请重新试算。")
        lost = Trial.objects.filter(pk=trial.pk, state=trial.state, alive=trial.alive)
        lost.update(state=Trial.State.FAILED, problem=problem, finished=timezone.now())
        trial.refresh_from_db()
    return trial


def launch(trial: Trial) -> None:
    """Starts the process that computes it; it outlives the page and the workbench's own processes."""
    command = (sys.executable, "-m", "workbench", "try_rule", str(trial.pk))
    # a home named by its place in the folder the workbench was started in is another one from here
    environment = {**os.environ, "HUOYAN_HOME": str(settings.HUOYAN_HOME)}
    subprocess.Popen(command, cwd=settings.BASE_DIR.parent, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603


def compute(pk: int) -> None:
    """Computes the trial, after those before it; what it does and what stops it stands in the trial."""
    with (settings.HUOYAN_HOME / "trials.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        trial = Trial.objects.select_related("run").filter(pk=pk, state=Trial.State.WAITING).first()
        if trial is None:
            return
        rows = Trial.objects.filter(pk=pk)
        rows.update(state=Trial.State.RUNNING, alive=timezone.now())
        in_force = (trial.run.info.get("parameters") or {}).get(trial.unit_id) or {}

        def progress(done: int, total: int) -> None:
            rows.update(done=done, total=total, alive=timezone.now())

        try:
            hook = import_string(os.environ["HUOYAN_TRY_RULE"])
            effect = hook(trial.run.lake, trial.unit_id, {trial.name: trial.new}, in_force | {trial.name: trial.old}, progress)
        except Exception as error:  # whatever it was, the page must be told
            log.exception("The trial %s of %s failed", pk, trial.unit_id)
            rows.update(state=Trial.State.FAILED, problem=str(error) or type(error).__name__, finished=timezone.now())
            return
        rows.update(state=Trial.State.DONE, effect=effect, finished=timezone.now())
        Proposal.objects.filter(trial=trial).update(effect=effect)
