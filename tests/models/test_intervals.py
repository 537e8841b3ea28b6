"""How far up or down the list an institution might stand."""

from __future__ import annotations

import polars as pl
import pytest

from features.parameters import City, Params
from models.scoring.evidence import rule_evidence, total_evidence
from models.scoring.intervals import rank_intervals
from models.scoring.suspects import mix
from tests.models.test_scoring import findings, houses


@pytest.fixture
def p() -> Params:
    return City.load()["scoring"]


def intervals(p: Params) -> dict[str, tuple[int, int]]:
    institutions = houses(**{f"h{n}": 1000 for n in range(30)})
    found = findings(("h0", "r", "split_stay", "definite", 80), ("h1", "r", "split_stay", "suspected", 3))
    evidence = rule_evidence(found, institutions, p, {})
    anomaly = institutions.select("fixmedins_code", anomaly=pl.lit(0.5))
    frame = rank_intervals(mix(institutions, total_evidence(evidence, p), anomaly, p), evidence, p)
    return {row["fixmedins_code"]: (row["rank_low"], row["rank_high"]) for row in frame.iter_rows(named=True)}


def test_strong_evidence_holds_its_place_in_every_draw(p: Params) -> None:
    assert intervals(p)["h0"] == (1, 1)


def test_those_without_findings_may_stand_anywhere_below(p: Params) -> None:
    low, high = intervals(p)["h20"]
    assert low <= 10
    assert high >= 25


def test_the_same_seed_gives_the_same_intervals(p: Params) -> None:
    assert intervals(p) == intervals(p)
