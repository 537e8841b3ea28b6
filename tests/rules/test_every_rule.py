"""What holds for every rule, shown on the first city in which its own tests find something.

A rule's tests prove what is its own: the hit, the nearest miss, the lawful exceptions (``docs/rules/tests.md`` names them). What is the same for
all is proved here for each: what was taken back is evidence of nothing, lines posted twice accuse nobody else and are never counted twice, and
what an export leaves empty accuses nobody whom the whole data did not. The same row delivered twice never reaches a rule: ingest keeps one
(``tests/ingest``). Rules whose tests draw no city with a finding are named in ``tried_elsewhere.yaml`` with the tests that try them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from features.parameters import Params
from features.tables import Tables
from models.handbook import tried_elsewhere
from models.rule import all_rules
from models.rules.national.drug_sex import drug_sex
from tests.rules import scenes
from tests.rules.support import Scene, lines_of

ROOT = Path(__file__).parents[2]
ELSEWHERE = tried_elsewhere(ROOT / "tests")
RULES = [unit.rule_id for unit in all_rules() if unit.rule_id not in ELSEWHERE]
Pair = tuple[Scene, Scene]


@pytest.fixture(scope="module")
def shown() -> dict[str, Pair | None]:
    """Rule → its first city with a finding and the first with fewer; filled as the rules' turns come."""
    return {}


@pytest.fixture
def pair(rule_id: str, shown: dict[str, Pair | None], tmp_path: Path) -> Pair:
    if rule_id not in shown:
        shown[rule_id] = scenes.hit_and_miss(rule_id, tmp_path / "own")
    both = shown[rule_id]
    if both is None:
        pytest.fail(f"The tests of {rule_id} show no city with a finding and one with fewer: draw them, or name its tests in tried_elsewhere.yaml.")
    return both


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_is_shown_a_hit_and_a_miss(pair: Pair) -> None:
    hit, miss = pair
    assert hit.findings.height > miss.findings.height


@pytest.mark.parametrize("rule_id", RULES)
def test_what_was_taken_back_accuses_nobody(pair: Pair, tmp_path: Path) -> None:
    refunded = scenes.judged(scenes.taken_back(pair[0]), tmp_path / "refunded")
    assert refunded.findings.is_empty()


@pytest.mark.parametrize("rule_id", RULES)
def test_lines_posted_twice_accuse_nobody_else_and_are_counted_once(pair: Pair, tmp_path: Path) -> None:
    hit = pair[0]
    again = scenes.judged(scenes.posted_twice(hit), tmp_path / "twice")
    assert scenes.accused(again) <= scenes.accused(hit)
    for named in lines_of(again.findings):
        assert len(named) == len(set(named))


@pytest.mark.parametrize("rule_id", RULES)
def test_what_an_export_leaves_empty_accuses_nobody_anew(pair: Pair, tmp_path: Path) -> None:
    hit = pair[0]
    for table, column in scenes.columns_drawn(hit):
        found = scenes.judged(scenes.emptied(hit, table, column), tmp_path / table / column)
        assert scenes.accused(found) <= scenes.accused(hit), f"{table}.{column}"
        assert all(text is not None and "null" not in text and "None" not in text for text in found.findings["evidence"]), f"{table}.{column}"


def test_a_rule_tried_elsewhere_has_no_cities_of_its_own_and_names_tests_that_exist() -> None:
    for rule_id, proof in ELSEWHERE.items():
        assert not scenes.draws_cities(rule_id), f"{rule_id} can be tried here"
        for named in (proof.refund, proof.duplicate, proof.empty):
            file, _, test = named.partition("::")
            assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), named


def _of_raw_lines(t: Tables, p: Params) -> pl.LazyFrame:
    """A rule as it must not be: it reads lines as delivered and takes an unknown prescription for a forbidden one."""
    del p
    raw = t.raw("fee_list_d").filter(pl.col("rx_drord_no").is_null() | (pl.col("rx_drord_no") == "X"))
    day = pl.col("fee_ocur_time").dt.date()
    return raw.select(
        "fixmedins_code", "psn_no", bkkp_sns=pl.concat_list("bkkp_sn"), occurred_from=day, occurred_to=day, evidence=pl.lit("…"), amount_fen=1
    )


def test_a_rule_that_reads_lines_as_delivered_would_be_caught(tmp_path: Path) -> None:
    careless = replace(drug_sex, function=_of_raw_lines)
    fees = (
        "bkkp_sn | psn_no | fee_ocur_time | hilist_code | rx_drord_no\nL1 | P1 | 2024-03-01 | XC07ABM102 | X\nL2 | P2 | 2024-03-01 | XC07ABM102 | Y"
    )
    hit = scenes.judged(Scene(careless, {"fee_list_d": fees}, None, {}, pl.DataFrame()), tmp_path / "hit")
    assert scenes.accused(hit) == {("H1", "P1")}
    assert not scenes.judged(scenes.taken_back(hit), tmp_path / "refunded").findings.is_empty()
    assert scenes.judged(scenes.posted_twice(hit), tmp_path / "twice").findings.height == 2
    emptied = scenes.emptied(hit, "fee_list_d", "rx_drord_no")
    assert scenes.accused(scenes.judged(emptied, tmp_path / "emptied")) == {("H1", "P1"), ("H1", "P2")}
