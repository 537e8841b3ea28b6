"""Before anybody is ranked: is this delivery whole, and still what the model was fitted on? The reference lies beside the model in MLflow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.feature import features_of
from features.lake import Lake
from features.parameters import City
from flows.home import Home
from flows.store import write_json
from flows.tracking import REFERENCE_FILE
from models.drift import Drift, drift, thin_months

#: Tables of daily business; registries and lists do not come month by month.
DAILY = ("mdtrt_d", "setl_d", "fee_list_d", "outmed_setl_d")


def monthly_rows(lake: Lake) -> dict[str, dict[str, int]]:
    """Table → month → rows; a table without months has the one month ``all``."""
    rows: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for part in lake.parts:
        rows[part.table][part.month] += part.rows
    return {table: dict(months) for table, months in rows.items()}


def watch(
    mlflow: Any,
    run_id: str,
    X: pd.DataFrame,  # noqa: N803 - scikit-learn's name
    scores: npt.NDArray[np.float64],
    lake: Lake,
    home: Home,
    city: City,
) -> Drift:
    """Compares with the reference of the model's run, adds months that are thin in themselves, and writes drift.json. A model without one
    (fitted by an older version) is not compared."""
    p = city["drift"]
    rows = monthly_rows(lake)
    titles = {name: unit.title(name) for unit in features_of("institution") for name in unit.names}
    reference = _reference(mlflow, run_id)
    found = drift(reference, X, scores, rows, titles, p) if reference else Drift((), ())
    whole = Drift(found.shifts, (*found.warnings, *thin_months(rows, DAILY, p)))
    write_json(recorded(whole) | {"shifts": [asdict(shift) for shift in whole.shifts]}, home.out / "drift.json")
    return whole


def recorded(found: Drift) -> dict[str, Any]:
    """What the run's record and the workbench show of it."""
    return {"score_psi": found.score_psi, "warnings": list(found.warnings)}


def _reference(mlflow: Any, run_id: str) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = mlflow.artifacts.load_dict(f"runs:/{run_id}/{REFERENCE_FILE}")
    except (mlflow.exceptions.MlflowException, OSError):
        return None
    return content
