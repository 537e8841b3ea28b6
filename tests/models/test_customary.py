"""What everybody does accuses nobody."""

from __future__ import annotations

import polars as pl
import pytest

from features.parameters import City, Params
from models.customary import set_aside
from models.scoring.evidence import rule_evidence
from tests.models.test_scoring import findings, houses


@pytest.fixture
def p() -> Params:
    return City.load()["customary"]


def parted(*rows: tuple[str, str, str, str, int]) -> tuple[list[str], list[str]]:
    city = City.load()
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    found = findings(*rows)
    stands, aside = set_aside(found, rule_evidence(found, institutions, city["scoring"], {}), institutions, city["customary"])
    assert stands.height + aside.height == found.height
    return sorted(set(stands["fixmedins_code"])), sorted(set(aside["fixmedins_code"]))


def test_a_limit_that_half_the_peers_overstep_a_little_is_set_aside() -> None:
    stands, aside = parted(*[(f"h{n}", "r", "policy_limit", "definite", 3) for n in range(10)])
    assert stands == []
    assert len(aside) == 10


def test_a_house_far_above_the_custom_keeps_its_findings() -> None:
    stands, aside = parted(("h0", "r", "policy_limit", "definite", 120), *[(f"h{n}", "r", "policy_limit", "definite", 2) for n in range(1, 10)])
    assert stands == ["h0"]
    assert len(aside) == 9


def test_what_only_two_houses_do_is_no_custom() -> None:
    stands, aside = parted(*[(f"h{n}", "r", "policy_limit", "definite", 2) for n in range(2)])
    assert stands == ["h0", "h1"]
    assert aside == []


def test_invented_stays_are_never_customary() -> None:
    stands, aside = parted(*[(f"h{n}", "r", "fake_inpatient", "suspected", 2) for n in range(10)])
    assert len(stands) == 10
    assert aside == []


def test_a_habit_of_the_whole_city_is_set_aside_in_small_peer_groups_too() -> None:
    city = City.load()
    institutions = houses(**{f"h{n}": 1000 for n in range(20)}).with_columns(
        peer_group=pl.when(pl.col("fixmedins_code") == "h0").then(pl.lit("alone")).otherwise(pl.lit("g"))
    )
    found = findings(*[(f"h{n}", "r", "policy_limit", "suspected", 1) for n in range(4)])
    stands, aside = set_aside(found, rule_evidence(found, institutions, city["scoring"], {}), institutions, city["customary"])
    assert stands.is_empty()
    assert set(aside["fixmedins_code"]) == {"h0", "h1", "h2", "h3"}
    two = found.filter(pl.col("fixmedins_code").is_in(["h0", "h1"]))
    stands, _ = set_aside(two, rule_evidence(two, institutions, city["scoring"], {}), institutions, city["customary"])
    assert stands.height == 2
