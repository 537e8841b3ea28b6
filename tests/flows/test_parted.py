"""All findings of a run parted into those that stand, those that are customary, and those that a fuller finding tells."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from features.parameters import City
from flows.steps import parted
from models.rule import all_rules
from tests.models.test_scoring import findings, houses

PLAIN = all_rules()[0]
RULES = [replace(PLAIN, rule_id="fuller", supersedes=("lesser",)), replace(PLAIN, rule_id="lesser", supersedes=())]


def rules_of(*rows: tuple[str, str, str, str, int]) -> list[list[str]]:
    """The rules that still accuse h0, those set aside as customary there, those told more fully."""
    found = findings(*rows)
    frames = parted(found, houses(**{f"h{n}": 1000 for n in range(20)}), RULES, City.load())
    assert sum(frame.height for frame in frames) == found.height, "nothing gets lost and nothing counts twice"
    return [sorted(frame.filter(pl.col("fixmedins_code") == "h0")["rule_id"].unique()) for frame in frames]


def test_a_lesser_finding_survives_when_the_fuller_one_was_set_aside_as_customary() -> None:
    everybody = [(f"h{n}", "fuller", "policy_limit", "definite", 3) for n in range(10)]
    assert rules_of(*everybody, ("h0", "lesser", "licence_rental", "suspected", 3)) == [["lesser"], ["fuller"], []]


def test_a_lesser_finding_goes_where_the_fuller_one_stands() -> None:
    assert rules_of(("h0", "fuller", "fake_inpatient", "suspected", 3), ("h0", "lesser", "licence_rental", "suspected", 3)) == [
        ["fuller"],
        [],
        ["lesser"],
    ]
