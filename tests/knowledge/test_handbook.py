"""docs/rules is what the rules and tests say today."""

from __future__ import annotations

from pathlib import Path

from features.parameters import City
from models.chinese.load import AMOUNTS, rule_explanations, stale
from models.exception import all_exceptions
from models.handbook import BY_HAND, exception_proofs, handbook, proofs
from models.rule import all_rules

ROOT = Path(__file__).parents[2]


def test_the_handbook_is_not_stale():
    pages = handbook(ROOT / "tests", City.load())
    written = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "rules").glob("*.md") if path.name not in BY_HAND}
    stale = sorted(name for name in pages.keys() | written.keys() if pages.get(name) != written.get(name))
    assert stale == [], "run: huoyan rules doc"


def test_the_chinese_of_every_rule_exception_and_parameter_renders_todays_english():
    assert stale() == [], "read both texts, mend models/chinese, then run: huoyan rules reviewed UNIT"


def test_a_rule_that_answers_for_whole_stays_says_so():
    told = rule_explanations()
    assert {unit.rule_id for unit in all_rules() if unit.loss == "stay"} == {
        rule_id for rule_id, text in told.items() if (text.amount_zh, text.amount_en) == AMOUNTS["stay"]
    }


def test_every_rule_is_proved_by_a_test_file_of_its_name():
    assert [unit.rule_id for unit in all_rules() if unit.rule_id not in proofs(ROOT / "tests")] == []


def test_every_lawful_exception_is_proved_by_a_test_that_exists():
    named = exception_proofs(ROOT / "tests")
    assert set(named) == set(all_exceptions())
    for proof in named.values():
        file, _, test = proof.partition("::")
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), proof
