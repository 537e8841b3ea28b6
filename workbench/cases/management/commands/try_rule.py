"""``python -m workbench try_rule PK``: computes one trial beside the pages (workbench.cases.trials starts it)."""

from __future__ import annotations

import os
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from workbench.cases.models import Trial
from workbench.cases.trials import SIGN_SECONDS, compute


class Command(BaseCommand):
    """Computes one trial and gives signs of life meanwhile."""

    help = "Computes one trial of a rule's parameter; the workbench starts it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The trial's number."""
        parser.add_argument("pk", type=int)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Computes it, at a low priority: who reads pages goes first."""
        os.nice(10)
        threading.Thread(target=_live, args=(options["pk"],), daemon=True).start()
        compute(options["pk"])


def _live(pk: int) -> None:
    while True:
        Trial.objects.filter(pk=pk, finished=None).update(alive=timezone.now())
        time.sleep(SIGN_SECONDS)
