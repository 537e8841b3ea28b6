"""The retrain flow: fits a challenger on the newest facts, holds it to the written gates, promotes it only when all pass."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from prefect import flow, task
from prefect.artifacts import create_table_artifact

from features.feature import features_of
from features.lake import Lake
from features.parameters import City
from flows.history import figures_until, month_before
from flows.home import Home
from flows.scoring import forest_input, new_forest, read_verdicts
from flows.steps import Job
from flows.store import write_json
from flows.tracking import CHAMPION, MODEL_NAME, ScoredBy, champion, connect, register
from flows.watch import monthly_rows
from models.detectors.grouped_forest import GroupedForest
from models.drift import reference_of
from models.gates import Gate, all_passed, enough_labels, known_cases, labelled_history, planted_cases, rank_stability, top_churn
from models.planted import planted
from models.scoring.learned import house_labels
from models.verdicts import UPHELD, latest

CHALLENGER = "challenger"
PREVIOUS = "previous"


class RetrainError(RuntimeError):
    """There is nothing to retrain on, or nothing to roll back to."""


@task(name="fit-challenger", retries=1)
def fit_challenger(home: Home, config: Path | None) -> tuple[ScoredBy, list[Gate]]:
    """Fits and registers a challenger and measures it against the champion on the same institutions."""
    city = City.load(config)
    path = home.facts / "institution_z.parquet"
    if not path.is_file():
        raise RetrainError(f"No standardised features at {path}; run the main job first: huoyan run DELIVERY --out {home.out}")
    X = forest_input(pl.read_parquet(path), pl.read_parquet(home.facts / "peer_groups.parquet"))  # noqa: N806 - scikit-learn's name
    features = [name for name in X.columns if name != "peer_group"]
    mlflow = connect(home)
    current = champion(mlflow, features)
    model = new_forest(city).fit(X)
    scores = model.predict(X)
    gates = []
    if current is not None:
        champion_model, scored_by = current
        decided = read_verdicts(home)
        begun = fitted_at(mlflow, scored_by)
        history = held_against_history(champion_model, X, house_labels(decided.filter(pl.col("decided_at") >= begun)), begun, home, config)
        gates = [*held_against(champion_model, model, X, confirmed_institutions(decided), city), history]
    lake = Lake(home.lake)
    metrics = {"institutions": float(len(X)), **{gate.name: gate.measured for gate in gates}}
    reference = reference_of(X[features], scores, monthly_rows(lake), city["drift"])
    registered = register(mlflow, model, X, data_fingerprint=lake.fingerprint, metrics=metrics, reference=reference, alias=CHALLENGER)
    return registered, gates


def held_against(
    champion_model: Any,
    challenger: GroupedForest,
    X: pd.DataFrame,  # noqa: N803 - scikit-learn's name
    confirmed: list[str],
    city: City,
) -> list[Gate]:
    """Outcome of the gates that ask today's figures: stability, houses known as guilty, planted cases."""
    p = city["retrain"]
    old, new = np.asarray(champion_model.predict(X)), challenger.predict(X)
    codes = X.index.to_numpy()
    points_to = {name: unit.points_to for unit in features_of("institution") for name in unit.names}
    cases = planted(X, (old < p["ordinary_score"]) & (new < p["ordinary_score"]), points_to, p).drop(columns="kind")
    seen = [np.asarray(model.predict(cases)) if len(cases) else np.zeros(0) for model in (champion_model, challenger)]
    return [
        rank_stability(old, new, p),
        top_churn(old, new, p),
        known_cases(old, new, np.isin(codes, confirmed), p),
        planted_cases(seen[0], seen[1], p),
    ]


def held_against_history(
    champion_model: Any,
    X: pd.DataFrame,  # noqa: N803 - scikit-learn's name
    labels: pl.DataFrame,
    begun: datetime,
    home: Home,
    config: Path | None,
) -> Gate:
    """The gate of labelled history, split in time at ``begun``, when the champion was fitted.

    Judged by the verdicts since then, and by figures of the months that were over by then: what a house does after its inspection, or after
    the champion's day, is no merit of the newer model. In the challenger's place stands what its recipe (detector and parameters of the city
    file) makes of those figures alone. Without enough verdicts nothing is computed.
    """
    city = City.load(config)
    p = city["retrain"]
    if not enough_labels(labels["label"].to_numpy(), p):
        return labelled_history(np.zeros(0), np.zeros(0), np.zeros(0), p)
    then = figures_until(Job.of(home.lake, home.work, config), month_before(begun))
    figures = X if then is None else then.reindex(columns=X.columns)
    label = pd.Series(labels["label"].to_list(), index=labels["fixmedins_code"].to_list(), dtype=float).reindex(figures.index).to_numpy()
    recipe = new_forest(city).fit(figures)
    return labelled_history(np.asarray(champion_model.predict(figures)), recipe.predict(figures), label, p)


def fitted_at(mlflow: Any, scored_by: ScoredBy) -> datetime:
    """When the model was registered, in UTC without zone, as verdicts bear their time."""
    stamp = mlflow.MlflowClient().get_model_version(scored_by.name, scored_by.version).creation_timestamp
    return datetime.fromtimestamp(stamp / 1000, UTC).replace(tzinfo=None)


@task(name="promote")
def promote(home: Home, registered: ScoredBy, gates: list[Gate]) -> bool:
    """Moves the champion's alias to the challenger when every gate passed; the old champion stays as ``previous``."""
    if not all_passed(gates):
        return False
    client = connect(home).MlflowClient()
    move_champion(client, registered.version)
    return True


@flow(name="retrain", validate_parameters=False)
def retrain(out: str, config: str | None = None) -> bool:
    """Challenger → gates → promotion, told in ``retrain.json``. Returns whether the challenger became the champion."""
    home = Home.of(Path(out))
    home.prepare()
    registered, gates = fit_challenger(home, Path(config) if config else None)
    rows = [{"gate": g.name, "passed": g.passed, "measured": g.measured, "limit": g.limit, "说明": g.sentence_zh} for g in gates]
    create_table_artifact(key="gates", table=rows or [{"gate": "none", "说明": "尚无在用模型，新模型直接启用。"}])
    promoted = promote(home, registered, gates)
    challenger = {"name": registered.name, "version": registered.version}
    write_json({"challenger": challenger, "promoted": promoted, "gates": [asdict(gate) for gate in gates]}, home.out / "retrain.json")
    return promoted


def rollback(home: Home, version: str | None = None) -> str:
    """Gives the champion's alias back to ``version``, or to the one before. Returns the version now in force.

    Raises RetrainError when there is no such version.
    """
    mlflow = connect(home)
    client = mlflow.MlflowClient()
    try:
        target = client.get_model_version(MODEL_NAME, version) if version else client.get_model_version_by_alias(MODEL_NAME, PREVIOUS)
    except mlflow.exceptions.MlflowException as error:
        wanted = f"version {version}" if version else "a previous champion"
        raise RetrainError(f"The registry at {home.tracking_uri} holds no {wanted} of {MODEL_NAME}; see huoyan models list.") from error
    move_champion(client, str(target.version))
    return str(target.version)


def move_champion(client: Any, version: str) -> None:
    """Sets ``champion`` to the version and remembers the one before as ``previous``."""
    aliases = client.get_registered_model(MODEL_NAME).aliases
    if CHAMPION in aliases and str(aliases[CHAMPION]) != str(version):
        client.set_registered_model_alias(MODEL_NAME, PREVIOUS, aliases[CHAMPION])
    client.set_registered_model_alias(MODEL_NAME, CHAMPION, version)


def confirmed_institutions(verdicts: pl.DataFrame) -> list[str]:
    """Institutions with a finding that auditors upheld; empty before there is one."""
    return latest(verdicts).filter(pl.col("verdict").is_in(list(UPHELD)))["fixmedins_code"].unique().sort().to_list()
