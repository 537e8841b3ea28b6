"""The scoring step: reads findings and facts, fits or loads the forest, writes suspects and reasons."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import polars as pl

from features.feature import features_of
from features.monthly import MONTH_OF, monthly_features
from features.parameters import City
from features.peers import standardise, wide
from features.tables import Tables
from flows.home import Home
from flows.steps import Job
from flows.store import write_csv_for_excel, write_json, write_parquet
from flows.tracking import CHAMPION, ScoredBy, champion, connect, register
from flows.watch import monthly_rows, watch
from models.detectors.forest_and_distance import ForestAndDistance
from models.detectors.grouped_forest import GroupedForest
from models.detectors.shapley import shapley
from models.drift import Drift, reference_of
from models.scoring.behaviour import feature_evidence, total_behaviour
from models.scoring.evidence import rule_evidence, total_evidence
from models.scoring.innocent import innocent
from models.scoring.intervals import rank_intervals
from models.scoring.learned import PRIORS, VERDICTS, house_labels, known_when_decided, learn, restate
from models.scoring.onset import began
from models.scoring.reasons import as_text, feature_reasons, finding_reasons, strongest, with_onset
from models.scoring.suspects import mix, rank_suspects
from models.verdicts import VERDICT_SCHEMA, rule_weights, standing

#: The detectors a city may choose from (``forest.detector``).
DETECTORS: Final = {"forest_and_distance": ForestAndDistance, "forest": GroupedForest}


@dataclass(frozen=True, slots=True)
class ScoredCity:
    """Where the ranked list lies and which model scored it."""

    suspects: Path
    scored_by: ScoredBy
    #: what the rules' weights rest on: ``priors`` or ``verdicts``
    in_force: str
    #: how far the delivery lies from what the model was fitted on
    drifted: Drift

    def top_rows(self, n: int) -> list[dict[str, Any]]:
        """The first ``n`` suspects as rows."""
        return pl.read_csv(self.suspects, n_rows=n, infer_schema_length=None).to_dicts()


def score_step(job: Job, home: Home) -> ScoredCity:
    """Scores every institution and writes suspects.csv, ranking.parquet (every term of the log-odds, rank interval), reasons.parquet and the
    peer figures into the run folder."""
    city = job.city()
    p = city["scoring"]
    verdicts = read_verdicts(home)
    all_findings = pl.read_parquet(job.steps().path("findings.parquet"))
    findings = standing(all_findings, verdicts)
    weights = rule_weights(verdicts, city["verdicts"])
    lines = pl.read_parquet(job.steps().path("lines_at_issue.parquet"))
    groups = pl.read_parquet(home.facts / "peer_groups.parquet")
    institutions = pl.read_parquet(home.facts / "institutions_in_business.parquet")
    z = standardise(pl.scan_parquet(home.facts / "institution_feature.parquet"), groups, city)
    write_parquet(z, home.facts / "institution_z.parquet")
    X = forest_input(z, groups)  # noqa: N806 - scikit-learn's name
    scores, scored_by, forest, drifted = anomaly_scores(X, job, home, city)
    anomaly = institutions.select("fixmedins_code").join(scores, on="fixmedins_code", how="left")
    evidence = rule_evidence(findings, institutions, p, weights)
    units = {name: unit for unit in features_of("institution") for name in unit.names}
    behaviour = feature_evidence(z, {name: unit.points_to for name, unit in units.items()}, p)
    pointed = total_behaviour(behaviour, p)
    mixed = mix(institutions, total_evidence(evidence, p), anomaly, p, pointed)
    labels = house_labels(verdicts)
    evidence_then = rule_evidence(known_when_decided(all_findings, labels), institutions, p, {})
    learned = learn(mix(institutions, total_evidence(evidence_then, p), anomaly, p, pointed), labels, city["learning"])
    mixed = restate(mixed, learned, p)
    write_json(asdict(learned), home.out / "learned.json")
    reasons = strongest(pl.concat([finding_reasons(evidence, findings, p), feature_reasons(z, units, p)]), p)
    reasons = with_onset(reasons, onset(job, home, city, reasons, z))
    amounts = institution_amounts(findings, lines)
    suspects = rank_suspects(mixed, institutions, amounts, as_text(reasons), p)
    first = suspects.filter(pl.col("level") != "green")["fixmedins_code"].head(int(p["shapley_suspects"])).to_list()
    write_parquet(shapley(forest, X.loc[X.index.isin(first)]), home.facts / "shap.parquet")
    write_parquet(evidence, home.facts / "evidence.parquet")
    write_parquet(behaviour, home.facts / "feature_evidence.parquet")
    terms = mixed.join(rank_intervals(mixed, evidence, p), on="fixmedins_code", how="left")
    write_parquet(terms.join(suspects.select("fixmedins_code", "rank"), on="fixmedins_code", how="left").sort("rank"), home.out / "ranking.parquet")
    write_parquet(reasons, home.out / "reasons.parquet")
    write_parquet(innocent(mixed, findings, p), home.out / "innocent.parquet")
    path = write_csv_for_excel(suspects, home.out / "suspects.csv")
    return ScoredCity(path, scored_by, VERDICTS if weights or learned.in_force == VERDICTS else PRIORS, drifted)


def onset(job: Job, home: Home, city: City, reasons: pl.DataFrame, z: pl.DataFrame) -> pl.DataFrame:
    """Since when the figures told as reasons stand out (``models.scoring.onset.began``)."""
    told = reasons.join(z, left_on=["fixmedins_code", "source"], right_on=["fixmedins_code", "feature"], how="inner", suffix="_z")
    facts = {name: pl.scan_parquet(home.facts / f"{name}.parquet") for name in MONTH_OF}
    t = Tables(job.open_lake(), facts=facts)
    monthly = monthly_features(t, set(told["source"]), set(told["fixmedins_code"]), city)
    return began(monthly, told.select("fixmedins_code", feature="source", value="value", peer_median="peer_median"))


def read_verdicts(home: Home) -> pl.DataFrame:
    """The auditors' decisions so far, as the workbench exports them beside the run; none is an empty frame."""
    path = home.out / "verdicts.parquet"
    return pl.read_parquet(path).select(list(VERDICT_SCHEMA)) if path.is_file() else pl.DataFrame(schema=VERDICT_SCHEMA)


def forest_input(z: pl.DataFrame, groups: pl.DataFrame) -> pd.DataFrame:
    """Standardised features as a pandas frame: ``peer_group`` and one column a feature, one row an institution in code order."""
    frame = groups.select("fixmedins_code", "peer_group").join(wide(z), on="fixmedins_code", how="left").sort("fixmedins_code")
    return frame.to_pandas().set_index("fixmedins_code")


def anomaly_scores(X: pd.DataFrame, job: Job, home: Home, city: City) -> tuple[pl.DataFrame, ScoredBy, GroupedForest, Drift]:  # noqa: N803
    """``fixmedins_code anomaly`` (0–1) by the champion of the registry, that model, and how far this delivery drifted from what it was
    fitted on; without a champion, a forest is fitted here and becomes it."""
    features = [name for name in X.columns if name != "peer_group"]
    lake = job.open_lake()
    mlflow = connect(home)
    found = champion(mlflow, features)
    if found is None:
        fitted = new_forest(city).fit(X)
        metrics = {"peer_groups": float(len(fitted.forests_) - 1), "institutions": float(len(X))}
        reference = reference_of(X[features], fitted.predict(X), monthly_rows(lake), city["drift"])
        register(mlflow, fitted, X, data_fingerprint=lake.fingerprint, metrics=metrics, reference=reference, alias=CHAMPION)
        found = champion(mlflow, features)
        if found is None:
            raise RuntimeError("The forest was registered but cannot be read back from the registry; check the tracking store's disk and rights.")
    model, scored_by = found
    scores = model.predict(X)
    drifted = watch(mlflow, scored_by.run_id, X[features], scores, lake, home, city)
    return pl.DataFrame({"fixmedins_code": X.index.to_list(), "anomaly": scores}), scored_by, model, drifted


def new_forest(city: City) -> GroupedForest:
    """The city's detector, unfitted, with its parameters. Raises ValueError for one that does not exist."""
    p = city["forest"]
    if p["detector"] not in DETECTORS:
        raise ValueError(f"forest.detector is {p['detector']!r}; the detectors are {', '.join(DETECTORS)}.")
    return DETECTORS[p["detector"]](n_estimators=p["n_estimators"], n_seeds=p["n_seeds"], min_group=p["min_group"], clip=p["clip"], seed=p["seed"])


def institution_amounts(findings: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """``fixmedins_code amount_fen loss_fen``: every distinct line once, every stay of which no line was delivered once, and of what rests on
    neither, the largest sum of each kind."""
    of_lines = lines.group_by("fixmedins_code").agg(pl.col("inscp_fen").sum().alias("amount_fen"), pl.col("loss_fen").sum())
    without_lines = findings.filter(pl.col("bkkp_sns").list.len().fill_null(0) == 0)
    largest = (
        (pl.col("amount_at_issue") * 100).round().cast(pl.Int64).max().alias("amount_fen"),
        (pl.col("fund_loss") * 100).max().alias("loss_fen"),
    )
    of_stays = without_lines.filter(pl.col("mdtrt_id").is_not_null()).group_by("fixmedins_code", "mdtrt_id").agg(*largest)
    of_institutions = without_lines.filter(pl.col("mdtrt_id").is_null()).group_by("fixmedins_code", "kind").agg(*largest)
    sums = ["fixmedins_code", "amount_fen", "loss_fen"]
    together = pl.concat([of_lines, of_stays.select(sums), of_institutions.select(sums)], how="vertical_relaxed")
    return (
        together.group_by("fixmedins_code").agg(pl.col("amount_fen").sum().cast(pl.Int64), pl.col("loss_fen").sum().round(0)).sort("fixmedins_code")
    )
