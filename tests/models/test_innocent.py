"""What would have to be true for a suspect to be innocent."""

from __future__ import annotations

import polars as pl
import pytest

from features.parameters import City, Params
from models.kinds import Kind
from models.scoring.evidence import rule_evidence, total_evidence
from models.scoring.innocent import REMAINING, innocent
from models.scoring.suspects import mix
from tests.models.test_scoring import findings, houses


@pytest.fixture
def p() -> Params:
    return City.load()["scoring"]


def told(p: Params, found: pl.DataFrame) -> pl.DataFrame:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    total = total_evidence(rule_evidence(found, institutions, p, {}), p)
    return innocent(mix(institutions, total, institutions.select("fixmedins_code", anomaly=pl.lit(0.5)), p), found, p)


def test_every_kind_says_what_an_honest_house_would_show() -> None:
    assert set(REMAINING) == set(Kind)


def test_the_strongest_kinds_come_first_with_what_was_ruled_out_and_what_remains(p: Params) -> None:
    found = findings(("h0", "split_stay", "split_stay", "definite", 60), ("h0", "other", "policy_limit", "suspected", 9))
    found = found.with_columns(
        ruled_out=pl.when(pl.col("kind") == "split_stay").then(pl.lit(["therapy_cycle"])).otherwise(pl.lit([], pl.List(pl.String)))
    )
    rows = told(p, found)
    assert rows["order"].to_list() == [1, 2]
    assert rows["kind"].to_list() == ["split_stay", "policy_limit"]
    assert REMAINING[Kind.SPLIT_STAY] in rows["sentence"][0]
    assert "系统已核对并排除" in rows["sentence"][0]
    assert "therapy_cycle" not in rows["sentence"][0]
    assert "系统已核对并排除" not in rows["sentence"][1]


def test_houses_without_findings_have_nothing_to_explain(p: Params) -> None:
    assert told(p, findings()).is_empty()
