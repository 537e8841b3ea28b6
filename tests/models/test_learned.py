"""What verdicts teach the mixing, and when it comes into force."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from features.parameters import City, Params
from models.scoring.learned import PRIORS, VERDICTS, Learned, house_labels, known_when_decided, learn, restate
from models.scoring.suspects import stated
from models.verdicts import VERDICT_SCHEMA


@pytest.fixture
def prior() -> Params:
    return City.load()["scoring"]


@pytest.fixture
def p() -> Params:
    return City.load()["learning"]


def mixed_of(prior: Params, rows: list[tuple[str, dict[str, float], float]]) -> pl.DataFrame:
    """(institution, evidence by kind, anomaly) → what ``mix`` gives, as far as learning reads it."""
    frame = pl.DataFrame(
        {
            "fixmedins_code": [code for code, _, _ in rows],
            "kinds": [list(kinds) for _, kinds, _ in rows],
            "kind_llrs": [list(kinds.values()) for _, kinds, _ in rows],
            "anomaly_llr": [anomaly for _, _, anomaly in rows],
            "feature_llr": [0.0] * len(rows),
            "missing_llr": [0.0 if kinds else -2.0 for _, kinds, _ in rows],
            "prior_log_odds": [-2.44] * len(rows),
        },
        schema_overrides={"kinds": pl.List(pl.String), "kind_llrs": pl.List(pl.Float64)},
    )
    total = pl.col("kind_llrs").list.sum() + pl.col("anomaly_llr") + pl.col("missing_llr") + pl.col("prior_log_odds")
    return stated(frame.with_columns(log_odds=total.cast(pl.Float64)), prior)


def verdicts(*rows: tuple[str, str]) -> pl.DataFrame:
    filled = [
        {
            "finding_id": f"f{number}",
            "rule_id": "r",
            "fixmedins_code": code,
            "verdict": verdict,
            "amount": 1.0,
            "reason": "",
            "decided_at": datetime(2024, 5, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(days=number),
        }
        for number, (code, verdict) in enumerate(rows)
    ]
    return pl.DataFrame(filled, schema=VERDICT_SCHEMA)


def a_year_of_inspections(prior: Params) -> tuple[pl.DataFrame, pl.DataFrame]:
    """In this city alleged overpricing is nearly always confirmed, alleged low-threshold admission nearly never."""
    rng = np.random.default_rng(3)
    rows: list[tuple[str, dict[str, float], float]] = []
    decided: list[tuple[str, str]] = []
    for number in range(60):
        rows.append((f"o{number}", {"overpricing": 2.0 + rng.random()}, 0.0))
        decided.append((f"o{number}", "confirmed" if number % 10 else "dismissed"))
        rows.append((f"t{number}", {"low_threshold_admission": 2.0 + rng.random()}, 0.0))
        decided.append((f"t{number}", "cleared" if number % 10 else "confirmed"))
    rows += [(f"n{number}", {}, 0.0) for number in range(200)]
    return mixed_of(prior, rows), house_labels(verdicts(*decided))


def test_one_upheld_finding_makes_a_house_confirmed_and_only_refuted_ones_clear_it() -> None:
    labels = house_labels(verdicts(("a", "dismissed"), ("a", "partly_confirmed"), ("b", "cleared"), ("c", "returned")))
    assert labels.select("fixmedins_code", "label").rows() == [("a", 1), ("b", 0)]
    assert labels["decided_at"][0] == datetime(2024, 5, 2)  # noqa: DTZ001 - verdicts bear UTC without zone


def test_what_an_inspected_house_did_after_its_verdict_teaches_nothing() -> None:
    findings = pl.DataFrame(
        [("a", date(2024, 4, 30)), ("a", date(2024, 5, 1)), ("a", date(2024, 5, 2)), ("never inspected", date(2024, 12, 1)), ("a", None)],
        schema={"fixmedins_code": pl.String, "occurred_from": pl.Date},
        orient="row",
    )
    known = known_when_decided(findings, house_labels(verdicts(("a", "confirmed"))))
    assert known.rows() == [row for row in findings.rows() if row != ("a", date(2024, 5, 2))]
    assert known_when_decided(findings, house_labels(verdicts())).equals(findings)


def test_with_few_verdicts_the_priors_stay_in_force_and_it_says_so(prior: Params, p: Params) -> None:
    mixed, labels = a_year_of_inspections(prior)
    learned = learn(mixed, labels.head(5), p)
    assert learned.in_force == PRIORS
    assert "先验" in learned.sentence_zh
    assert restate(mixed, learned, prior).equals(mixed)


def test_kinds_that_inspections_confirm_gain_weight_over_those_they_clear(prior: Params, p: Params) -> None:
    mixed, labels = a_year_of_inspections(prior)
    learned = learn(mixed, labels, p)
    assert learned.in_force == VERDICTS
    assert learned.loss_learned is not None
    assert learned.loss_priors is not None
    assert learned.loss_learned < learned.loss_priors
    assert learned.weights["overpricing"] > learned.weights["low_threshold_admission"]


def test_learnt_probabilities_are_near_the_shares_confirmed(prior: Params, p: Params) -> None:
    mixed, labels = a_year_of_inspections(prior)
    restated = restate(mixed, learn(mixed, labels, p), prior)
    of = restated.group_by(pl.col("fixmedins_code").str.slice(0, 1).alias("group")).agg(pl.col("probability").mean())
    probability = dict(of.iter_rows())
    assert probability["o"] == pytest.approx(0.9, abs=0.1)
    assert probability["t"] == pytest.approx(0.1, abs=0.1)
    assert probability["n"] < 0.1


def test_more_evidence_never_makes_a_house_less_suspicious(prior: Params, p: Params) -> None:
    mixed, labels = a_year_of_inspections(prior)
    learned = learn(mixed, labels, p)
    assert min(learned.weights.values()) >= 0
    ladder = mixed_of(prior, [(f"h{step}", {"low_threshold_admission": float(step)}, 0.0) for step in range(1, 6)])
    assert restate(ladder, learned, prior)["log_odds"].is_sorted()


def test_verdicts_that_follow_no_pattern_do_not_displace_the_priors(prior: Params, p: Params) -> None:
    rng = np.random.default_rng(8)
    rows = [(f"h{n}", {"overpricing": float(llr)}, 0.0) for n, llr in enumerate(np.where(rng.random(60) < 0.5, 4.5, 0.3))]
    true = mixed_of(prior, rows)
    drawn = rng.random(60) < true["probability"].to_numpy()
    labels = house_labels(verdicts(*((code, "confirmed" if yes else "cleared") for code, yes in zip(true["fixmedins_code"], drawn, strict=True))))
    learned = learn(true, labels, p)
    assert learned.loss_learned is not None
    assert learned.loss_priors is not None
    if learned.in_force == VERDICTS:
        assert learned.loss_learned < learned.loss_priors
    restated = restate(true, learned, prior)
    assert np.abs(restated["probability"].to_numpy() - true["probability"].to_numpy()).mean() < 0.15


def test_a_pattern_that_no_longer_held_in_the_later_verdicts_does_not_come_into_force(prior: Params, p: Params) -> None:
    mixed, _ = a_year_of_inspections(prior)
    # until the end of the year overpricing is confirmed and low-threshold admission cleared, afterwards the other way round
    turned = [(f"{kind}{n}", "confirmed" if (kind == "o") == (n < 42) else "cleared") for n in range(60) for kind in "ot"]
    learned = learn(mixed, house_labels(verdicts(*turned)), p)
    assert learned.later_learned is not None
    assert learned.later_priors is not None
    assert learned.later_learned > learned.later_priors
    assert learned.in_force == PRIORS


def test_the_same_verdicts_teach_the_same(prior: Params, p: Params) -> None:
    mixed, labels = a_year_of_inspections(prior)
    first: Learned = learn(mixed, labels, p)
    assert first == learn(mixed.reverse(), labels.reverse(), p)
