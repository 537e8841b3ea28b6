"""Learning the mixing from verdicts: a regularised, monotone logistic model over the same terms that the priors mix.

    log-odds = intercept + Σ weight(kind) × evidence(kind) + weight × behaviour + weight × missing evidence,   all weights ≥ 0

*Regularised*: weights are drawn to what the priors give them, the more the fewer verdicts there are. *Monotone*: more evidence never
makes a house less suspicious. *Positive-unlabelled*: only inspected houses have a verdict, and they were chosen by their score, so the others
are no examples of honesty; each enters as both, guilty with the probability the priors state and honest with the rest, at a small weight.
*Calibrated by cross-validation*: each inspected house is scored by a model that did not see it, and a straight line through those log-odds
(slope ≥ 0) is laid over the result. *Nothing from the future*: the same is done once more with the verdicts in the order in which they fell,
fitted on the earlier ones and judged by the later. Learning comes into force only with enough verdicts and when it states both the
out-of-fold and the later verdicts better than the priors do (``Learned.in_force``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import minimize
from scipy.special import expit

from features.parameters import Params
from models.kinds import Kind
from models.scoring.suspects import stated
from models.verdicts import REFUTED, UPHELD, latest

Floats = npt.NDArray[np.float64]
TERMS: Final = (*(kind.value for kind in Kind), "behaviour", "missing_evidence")
PRIORS: Final = "priors"
VERDICTS: Final = "verdicts"


@dataclass(frozen=True, slots=True)
class Learned:
    """What the verdicts taught, and whether it is in force. Losses are mean negative log-likelihoods of verdicts a model had not seen."""

    in_force: str
    sentence_zh: str
    confirmed: int
    cleared: int
    loss_priors: float | None = None
    loss_learned: float | None = None
    #: the same losses of the later verdicts by a model fitted on the earlier ones
    later_priors: float | None = None
    later_learned: float | None = None
    intercept: float = 0.0
    weights: dict[str, float] = field(default_factory=dict)
    shift: float = 0.0
    slope: float = 1.0


def house_labels(verdicts: pl.DataFrame) -> pl.DataFrame:
    """``fixmedins_code label decided_at``: 1 with at least one finding upheld, 0 when all that was decided was dismissed or cleared; and when
    the last of it was decided."""
    decided = latest(verdicts).filter(pl.col("verdict").is_in([*UPHELD, *REFUTED]))
    label = pl.col("verdict").is_in(list(UPHELD)).any().cast(pl.Int8).alias("label")
    return decided.group_by("fixmedins_code").agg(label, pl.col("decided_at").max()).sort("fixmedins_code")


def known_when_decided(findings: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """All findings, those dismissed since too, but of an inspected house none of deeds after its verdict: nobody knew them when it was chosen,
    and what a house does once it was inspected says little of what the inspection found."""
    decided = labels.select("fixmedins_code", "decided_at")
    later = pl.col("occurred_from") > pl.col("decided_at").dt.date()
    return findings.join(decided, on="fixmedins_code", how="left", maintain_order="left").filter(~later.fill_null(value=False)).drop("decided_at")


def learn(mixed: pl.DataFrame, labels: pl.DataFrame, p: Params) -> Learned:
    """Fits the model on inspected houses, with the others at a small weight.

    Args:
        mixed: ``mix``'s frame from what was known when the houses were chosen (``known_when_decided``).
        labels: ``house_labels``'s frame.
        p: parameters of unit ``learning``.
    """
    frame = mixed.join(labels, on="fixmedins_code", how="left").sort("fixmedins_code")
    label = frame["label"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    known = ~np.isnan(label)
    confirmed, cleared = int((label[known] == 1).sum()), int((label[known] == 0).sum())
    if confirmed < p["confirmed_min"] or cleared < p["cleared_min"]:
        wanted = f"学习至少需要{p['confirmed_min']}家查实、{p['cleared_min']}家排除"
        return Learned(PRIORS, f"采用先验权重：已查实{confirmed}家、排除{cleared}家，{wanted}。", confirmed, cleared)
    X = _design(frame)  # noqa: N806 - scikit-learn's name
    base = float(frame["prior_log_odds"][0])
    stated_by_priors = frame["log_odds"].to_numpy()
    target = np.where(known, np.nan_to_num(label), expit(stated_by_priors))
    weight = np.where(known, 1.0, p["unlabelled_weight"])
    out_of_fold = _out_of_fold(X, target, weight, known, base, p)
    shift, slope = _line(out_of_fold[known], label[known], p["line_ridge"])
    learned_loss = _cross_validated_line_loss(out_of_fold[known], label[known], p)
    priors_loss = _loss(stated_by_priors[known], label[known])
    decided = frame["decided_at"].dt.epoch("us").cast(pl.Float64).fill_null(np.nan).to_numpy()
    later_priors, later_learned = _later_losses(X, target, weight, known, decided, stated_by_priors, base, p)
    intercept, weights = _fit(X, target, weight, base, p)
    better = learned_loss < priors_loss and later_learned < later_priors
    compared = f"交叉验证对数损失{learned_loss:.3f}，先验{priors_loss:.3f}；按时间先后{later_learned:.3f}，先验{later_priors:.3f}"
    sentence = f"{'采用核查结论学得的权重' if better else '采用先验权重'}：已查实{confirmed}家、排除{cleared}家，{compared}。"
    named = dict(zip(TERMS, np.round(weights, 6).tolist(), strict=True))
    return Learned(
        VERDICTS if better else PRIORS,
        sentence,
        confirmed,
        cleared,
        round(priors_loss, 6),
        round(learned_loss, 6),
        round(later_priors, 6),
        round(later_learned, 6),
        round(intercept, 6),
        named,
        round(shift, 6),
        round(slope, 6),
    )


def restate(mixed: pl.DataFrame, learned: Learned, prior: Params) -> pl.DataFrame:
    """``mixed`` with log-odds, probability and score of the learnt model when it is in force, else as it was."""
    if learned.in_force != VERDICTS:
        return mixed
    weights = np.array([learned.weights[name] for name in TERMS])
    odds = learned.shift + learned.slope * (learned.intercept + _design(mixed) @ weights)
    return stated(mixed.with_columns(log_odds=pl.Series(np.round(odds, 6))), prior)


def _design(mixed: pl.DataFrame) -> Floats:
    """(houses, terms): evidence by kind, behaviour (forest and features), missing evidence (≤ 0)."""
    kinds = {kind.value: place for place, kind in enumerate(Kind)}
    X = np.zeros((mixed.height, len(TERMS)))  # noqa: N806 - scikit-learn's name
    for row, (names, llrs) in enumerate(mixed.select("kinds", "kind_llrs").iter_rows()):
        for name, llr in zip(names or [], llrs or [], strict=True):
            X[row, kinds[name]] = llr
    X[:, -2] = (mixed["anomaly_llr"] + mixed["feature_llr"]).to_numpy()
    X[:, -1] = mixed["missing_llr"].to_numpy()
    return X


def _fit(X: Floats, target: Floats, weight: Floats, base: float, p: Params) -> tuple[float, Floats]:  # noqa: N803 - scikit-learn's name
    """Intercept and weights ≥ 0 that minimise weighted log-loss plus ``ridge`` × squared distance from the priors' weights."""
    centre = np.full(len(TERMS) + 1, float(p["prior_kind_weight"]))
    centre[0] = base
    centre[-2:] = 1.0
    design = np.column_stack([np.ones(len(X)), X])

    def objective(theta: Floats) -> tuple[float, Floats]:
        odds = design @ theta
        loss = float((weight * (np.logaddexp(0.0, odds) - target * odds)).sum() + p["ridge"] * ((theta - centre) ** 2).sum())
        slope: Floats = design.T @ (weight * (expit(odds) - target)) + 2 * p["ridge"] * (theta - centre)
        return loss, slope

    bounds = [(None, None), *[(0.0, None)] * len(TERMS)]
    theta = minimize(objective, centre, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x
    return float(theta[0]), theta[1:]


def _folds(label: Floats, p: Params) -> npt.NDArray[np.int64]:
    """A fold for each inspected house; confirmed and cleared ones are dealt out evenly."""
    rng = np.random.default_rng(p["seed"])
    fold = np.zeros(len(label), dtype=np.int64)
    for value in (0.0, 1.0):
        at = np.flatnonzero(label == value)
        fold[rng.permutation(at)] = np.arange(len(at)) % int(p["folds"])
    return fold


def _out_of_fold(X: Floats, target: Floats, weight: Floats, known: npt.NDArray[np.bool_], base: float, p: Params) -> Floats:  # noqa: N803
    """Log-odds of each inspected house by a model fitted without it; the others' are 0."""
    odds = np.zeros(len(X))
    places = np.flatnonzero(known)
    fold = _folds(target[known], p)
    for k in range(int(p["folds"])):
        held = places[fold == k]
        used = weight.copy()
        used[held] = 0.0
        intercept, weights = _fit(X, target, used, base, p)
        odds[held] = intercept + X[held] @ weights
    return odds


def _later_losses(
    X: Floats,  # noqa: N803 - scikit-learn's name
    target: Floats,
    weight: Floats,
    known: npt.NDArray[np.bool_],
    decided: Floats,
    stated_by_priors: Floats,
    base: float,
    p: Params,
) -> tuple[float, float]:
    """Losses of the ``later_share`` of houses decided last: by the priors, and by a model and line that saw only those decided before."""
    places = np.flatnonzero(known)
    later = places[np.argsort(decided[places], kind="stable")][int(len(places) * (1 - p["later_share"])) :]
    used = weight.copy()
    used[later] = 0.0
    intercept, weights = _fit(X, target, used, base, p)
    odds = intercept + X @ weights
    earlier = np.setdiff1d(places, later)
    shift, slope = _line(odds[earlier], target[earlier], p["line_ridge"])
    return _loss(stated_by_priors[later], target[later]), _loss(shift + slope * odds[later], target[later])


def _line(odds: Floats, label: Floats, ridge: float) -> tuple[float, float]:
    """Shift and slope ≥ 0 laid over log-odds, drawn to 0 and 1."""

    def objective(theta: Floats) -> float:
        return _loss(theta[0] + theta[1] * odds, label) * len(label) + ridge * float(theta[0] ** 2 + (theta[1] - 1) ** 2)

    found = minimize(objective, np.array([0.0, 1.0]), method="L-BFGS-B", bounds=[(None, None), (0.0, None)]).x
    return float(found[0]), float(found[1])


def _cross_validated_line_loss(odds: Floats, label: Floats, p: Params) -> float:
    """Loss of out-of-fold log-odds with a line that did not see the house either."""
    fold = _folds(label, p)
    restated = np.zeros(len(odds))
    for k in range(int(p["folds"])):
        shift, slope = _line(odds[fold != k], label[fold != k], p["line_ridge"])
        restated[fold == k] = shift + slope * odds[fold == k]
    return _loss(restated, label)


def _loss(odds: Floats, label: Floats) -> float:
    return float(np.mean(np.logaddexp(0.0, odds) - label * odds))
