"""By when the law wants a case's next decision: whether to file it, and what is decided. The bureau's own date (``Case.due``) stands beside it.

The spans are a city's parameters (``cases`` in features/city.yaml). Working days are Monday to Friday less the holidays the city lists and with the
weekend days it lists as worked; without these lists the day is off by the holidays and worked weekends that fall into the span.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.parameters import Params
from workbench.cases.models import Case, CaseStep, Stage, StepKind
from workbench.results.parameters import of_runs

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Deadline:
    """The day by which ``what`` must be decided, and how near it is on the day asked."""

    day: date
    what: Any
    late: bool
    near: bool


def deadlines(cases: Iterable[Case]) -> dict[int, Deadline]:
    """The legal deadline of each case that has one, by primary key: none in recovery, for which the law sets none, nor once closed."""
    rows, today = list(cases), timezone.localdate()
    parameters = of_runs({case.run_id for case in rows}, "cases")
    moved = CaseStep.objects.filter(case__in=[case.pk for case in rows], kind=StepKind.MOVED, stage=Stage.CHECKING)
    # the first time a clue became a case, should it have gone back to checking later
    filed = dict(moved.order_by("-at", "-pk").values_list("case_id", "day"))
    found = {}
    for case in rows:
        p, opened = parameters[case.run_id], timezone.localdate(case.opened)
        if case.stage == Stage.CLUE:
            found[case.pk] = _deadline(after_working_days(opened, p["clue_working_days"], p), _("决定是否立案"), p, today)
        elif case.stage in (Stage.CHECKING, Stage.HEARING, Stage.HANDLING):
            found[case.pk] = _deadline(filed.get(case.pk, opened) + timedelta(days=p["decision_days"]), _("作出处理决定"), p, today)
    return found


def pressing(cases: QuerySet[Case]) -> list[int]:
    """The open cases whose legal deadline or own date is near or past, by primary key."""
    rows = list(cases.exclude(stage=Stage.CLOSED).defer("reason", "closing"))
    legal, today = deadlines(rows), timezone.localdate()
    parameters = of_runs({case.run_id for case in rows}, "cases")

    def presses(case: Case) -> bool:
        near = today + timedelta(days=parameters[case.run_id]["warn_days"])
        days = [case.due, legal[case.pk].day if case.pk in legal else None]
        return any(day is not None and day <= near for day in days)

    return [case.pk for case in rows if presses(case)]


def after_working_days(first: date, count: int, p: Params) -> date:
    """The ``count``-th working day after ``first``."""
    off, worked = {str(day) for day in p["holidays"]}, {str(day) for day in p["worked_weekends"]}
    day, left = first, count
    while left > 0:
        day += timedelta(days=1)
        if str(day) in worked or (day.weekday() < SATURDAY and str(day) not in off):
            left -= 1
    return day


def _deadline(day: date, what: Any, p: Params, today: date) -> Deadline:
    return Deadline(day, what, day < today, today <= day <= today + timedelta(days=p["warn_days"]))
