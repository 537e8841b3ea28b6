"""One deed is accused once: what a rule tells more fully, a rule it supersedes does not tell again."""

from __future__ import annotations

import polars as pl
import pytest

from models.finding import FINDING_SCHEMA
from models.rule import all_rules
from models.run_rules import one_deed_once

WHOLE, PART = "other_sex_on_cards", "drug_sex"


def finding(rule: str, *, at: str = "P1", who: str | None = "A", visit: str | None = "M1", lines: list[str] | None = None) -> dict[str, object]:
    number = f"{rule}{at}{who}{visit}{lines}"
    return {"finding_id": number, "rule_id": rule, "fixmedins_code": at, "psn_no": who, "mdtrt_id": visit, "bkkp_sns": lines}


def kept(*findings: dict[str, object]) -> list[str]:
    frame = pl.DataFrame(list(findings), schema_overrides={"bkkp_sns": pl.List(pl.String)})
    stands, lesser = one_deed_once(frame, all_rules())
    assert stands.height + lesser.height == frame.height, "nothing gets lost"
    return stands["rule_id"].to_list()


def test_lines_that_the_fuller_finding_holds_at_fault_are_told_once():
    assert kept(finding(WHOLE, lines=["L1", "L2"]), finding(PART, lines=["L1"])) == [WHOLE]


def test_a_finding_without_lines_is_told_by_its_visit():
    assert kept(finding(WHOLE, lines=["L1"]), finding("diagnosis_sex")) == [WHOLE]
    assert kept(finding(WHOLE, lines=["L1"]), finding("diagnosis_sex", visit="M2")) == [WHOLE, "diagnosis_sex"]


@pytest.mark.parametrize(
    ("why", "part"),
    [
        ("a line the fuller finding does not hold", finding(PART, lines=["L1", "L9"])),
        ("another house", finding(PART, at="P2", lines=["L1"])),
        ("another person", finding(PART, who="B", lines=["L1"])),
        ("a rule it does not supersede", finding("drug_level", lines=["L1"])),
    ],
)
def test_what_is_another_deed_stands(why, part):
    assert kept(finding(WHOLE, lines=["L1"]), part) == [WHOLE, part["rule_id"]], why


def test_without_the_fuller_finding_the_part_stands():
    assert kept(finding(PART, lines=["L1"])) == [PART]


def test_no_findings_are_no_findings():
    stands, lesser = one_deed_once(pl.DataFrame(schema=FINDING_SCHEMA), all_rules())
    assert stands.is_empty()
    assert lesser.is_empty()


def test_superseded_rules_exist():
    known = {unit.rule_id for unit in all_rules()}
    assert {name for unit in all_rules() for name in unit.supersedes} <= known
