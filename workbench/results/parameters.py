"""The parameters the pages reckon by: those of the run shown, so that a city's own values hold here as they held in its run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from features.parameters import City, Params
from workbench.results.models import Run


@lru_cache(maxsize=1)
def defaults() -> City:
    """The parameters as shipped; read once, the file does not change while the workbench runs."""
    return City.load()


def of_runs(runs: Iterable[int | None], unit_id: str) -> dict[int | None, Params]:
    """The unit's parameters as each run (by primary key) used them; a run that is gone, or None, gives the shipped ones.

    What a run's version did not know yet stands as shipped; what is gone since is left out.
    """
    wanted = set(runs)
    used = dict(Run.objects.filter(pk__in=[run for run in wanted if run is not None]).order_by().values_list("pk", f"info__parameters__{unit_id}"))
    return {run: _overlaid(unit_id, used.get(run)) for run in wanted}


def of_run(run: int | None, unit_id: str) -> Params:
    """The unit's parameters as one run used them (``of_runs``)."""
    return of_runs([run], unit_id)[run]


def _overlaid(unit_id: str, used: dict[str, Any] | None) -> Params:
    shipped = defaults()[unit_id]
    return shipped.replaced({name: value for name, value in (used or {}).items() if name in shipped})
