"""What auditors decided is remembered."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from features.parameters import City, Params
from models.verdicts import VERDICT_SCHEMA, rule_precision, rule_weights, standing
from tests.models.test_scoring import findings


@pytest.fixture
def p() -> Params:
    return City.load()["verdicts"]


def verdicts(*rows: tuple[str, str, str, int]) -> pl.DataFrame:
    """(finding, rule, verdict, day of March) → verdicts."""
    return pl.DataFrame(
        [
            {"finding_id": f, "rule_id": r, "fixmedins_code": "h0", "verdict": v, "amount": None, "reason": "", "decided_at": datetime(2024, 3, day)}  # noqa: DTZ001
            for f, r, v, day in rows
        ],
        schema=VERDICT_SCHEMA,
    )


def test_a_cleared_suspicion_does_not_return_on_the_same_evidence() -> None:
    found = findings(("h0", "r", "split_stay", "suspected", 3))
    left = standing(found, verdicts(("h0r1", "r", "cleared", 1)))
    assert left["finding_id"].to_list() == ["h0r0", "h0r2"]


def test_the_last_decision_of_a_finding_counts() -> None:
    found = findings(("h0", "r", "split_stay", "suspected", 1))
    assert standing(found, verdicts(("h0r0", "r", "dismissed", 1), ("h0r0", "r", "confirmed", 2))).height == 1


def test_what_was_returned_for_more_data_is_undecided(p: Params) -> None:
    assert rule_precision(verdicts(("a", "r", "returned", 1)), p).is_empty()


def test_precision_leans_on_the_prior_while_verdicts_are_few(p: Params) -> None:
    one = rule_precision(verdicts(("a", "r", "dismissed", 1)), p)
    assert one["precision"][0] == pytest.approx(8 / 11)


def test_a_rule_often_refuted_loses_weight_and_one_upheld_keeps_it(p: Params) -> None:
    refuted = [(f"a{n}", "bad", "dismissed", 1) for n in range(30)]
    upheld = [(f"b{n}", "good", "confirmed", 1) for n in range(30)]
    weights = rule_weights(verdicts(*refuted, *upheld), p)
    assert weights["good"] == 1.0
    assert weights["bad"] < 0.3


def test_with_too_few_verdicts_the_priors_stay_in_force(p: Params) -> None:
    assert rule_weights(verdicts(("a", "r", "dismissed", 1)), p) == {}
