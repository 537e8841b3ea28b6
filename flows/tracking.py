"""MLflow: every forest that is fitted is logged with its data's fingerprint, and scoring loads the champion back from the registry."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from flows.blank_stores import copy_blank
from flows.home import Home
from flows.store import write_atomically
from models.detectors.grouped_forest import GroupedForest

MODEL_NAME = "huoyan-institution-forest"
CHAMPION = "champion"
EXPERIMENT = "huoyan"
SQLITE = "sqlite:///"
#: What the drift of later deliveries is measured against (models/drift.py), beside the model.
REFERENCE_FILE = "reference.json"
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class ScoredBy:
    """Which registered model gave the anomaly scores."""

    name: str
    version: str
    run_id: str
    data_fingerprint: str


def connect(home: Home) -> Any:
    """MLflow, pointed at the run's tracking store; the experiment exists afterwards. Who comes while another thread is at it waits."""
    with _ONE_AT_A_TIME:
        return _connect(home)


def _connect(home: Home) -> Any:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow  # noqa: PLC0415 - MLflow must see the environment first

    _make_store(home)
    mlflow.set_tracking_uri(home.tracking_uri)
    mlflow.set_registry_uri(home.tracking_uri)
    if mlflow.get_experiment_by_name(EXPERIMENT) is None:
        location = home.artifacts.as_uri() if home.tracking_uri.startswith("sqlite") else None
        mlflow.create_experiment(EXPERIMENT, artifact_location=location)
    mlflow.set_experiment(EXPERIMENT)
    return mlflow


def _make_store(home: Home) -> None:
    """The embedded store, made beside its place and renamed: a run killed while MLflow lays out its tables would leave one that never opens."""
    if not home.tracking_uri.startswith(SQLITE) or Path(home.tracking_uri.removeprefix(SQLITE)).exists():
        return
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # noqa: PLC0415 - as above

    def lay_out(path: Path) -> None:
        copy_blank("mlflow", path)
        SqlAlchemyStore(f"{SQLITE}{path}", home.artifacts.as_uri()).engine.dispose()  # type: ignore[no-untyped-call]  # MLflow has no types for it

    write_atomically(Path(home.tracking_uri.removeprefix(SQLITE)), lay_out)


def champion(mlflow: Any, features: list[str]) -> tuple[Any, ScoredBy] | None:
    """The champion and who it is; None when there is none or it was fitted on other features."""
    client = mlflow.MlflowClient()
    try:
        version = client.get_model_version_by_alias(MODEL_NAME, CHAMPION)
    except mlflow.exceptions.MlflowException:
        return None
    if version.tags.get("features") != ",".join(features):
        return None
    model = mlflow.sklearn.load_model(f"models:/{MODEL_NAME}@{CHAMPION}")
    return model, ScoredBy(MODEL_NAME, str(version.version), version.run_id, version.tags.get("data_fingerprint", ""))


def register(
    mlflow: Any,
    model: GroupedForest,
    X: pd.DataFrame,  # noqa: N803 - scikit-learn's name
    *,
    data_fingerprint: str,
    metrics: dict[str, float],
    reference: dict[str, Any],
    alias: str,
) -> ScoredBy:
    """Logs the fitted forest with parameters, features, metrics, signature and what later deliveries are held against (``reference``),
    registers it and sets ``alias``."""
    from mlflow.models import infer_signature  # noqa: PLC0415 - as above

    features = [name for name in X.columns if name != model.group_column]
    of_one = model.predict(X.head(1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with mlflow.start_run(run_name="institution-forest") as run:
            mlflow.log_params({**model.get_params(), "institutions": len(X), "n_features": len(features), "data_fingerprint": data_fingerprint})
            mlflow.log_dict({"features": features}, "features.json")
            mlflow.log_metrics(metrics)
            mlflow.log_dict(reference, REFERENCE_FILE)
            info = mlflow.sklearn.log_model(
                model,
                name="forest",
                signature=infer_signature(X, of_one),
                input_example=None,
                pip_requirements=["scikit-learn", "numpy", "pandas"],
                serialization_format="cloudpickle",
            )
            version = mlflow.register_model(info.model_uri, MODEL_NAME)
    client = mlflow.MlflowClient()
    client.set_model_version_tag(MODEL_NAME, version.version, "features", ",".join(features))
    client.set_model_version_tag(MODEL_NAME, version.version, "data_fingerprint", data_fingerprint)
    client.set_registered_model_alias(MODEL_NAME, alias, version.version)
    return ScoredBy(MODEL_NAME, str(version.version), run.info.run_id, data_fingerprint)
