"""A Chinese text counts for the English it was read against, until somebody reads both again."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli_rules import app
from models.chinese import load
from models.chinese.load import TranslationError, fingerprint, reviewed, rule_explanations, source_zh, stale, unit_zh
from models.rule import all_rules
from models.rules.inpatient.split_stay import split_stay


@pytest.fixture
def own_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the Chinese rules in which split_stay's text renders some other English."""
    copy = tmp_path / "rules.yaml"
    text = load.RULES.read_text(encoding="utf-8")
    copy.write_text(text.replace(f"english: '{fingerprint(split_stay.doc)}'", "english: '00000000'"), encoding="utf-8")
    monkeypatch.setattr(load, "RULES", copy)
    return copy


def test_line_breaks_and_indentation_do_not_change_a_fingerprint_but_words_do():
    assert fingerprint("One stay\n    cut in two.") == fingerprint("One stay cut in two.")
    assert fingerprint("One stay cut in two.") != fingerprint("One stay cut in three.")


def test_a_text_of_another_english_is_named_until_it_is_reviewed(own_texts):
    assert stale() == ["split_stay: the English docstring has changed since its Chinese was reviewed"]
    assert reviewed(["split_stay"]) == ["split_stay"]
    assert stale() == []
    assert own_texts.read_text(encoding="utf-8") == (load.FOLDER / "rules.yaml").read_text(encoding="utf-8")


def test_a_rule_without_chinese_and_a_chinese_without_rule_are_named(own_texts):
    text = own_texts.read_text(encoding="utf-8")
    own_texts.write_text(text.replace("\nsplit_stay:\n", "\nsplit_stays:\n"), encoding="utf-8")
    assert [told.split(" in models")[0] for told in stale()] == ["split_stay: no Chinese text", "split_stays: stands"]


def test_a_unit_and_a_source_without_chinese_are_named_with_their_parameter(monkeypatch):
    monkeypatch.setattr(load, "_parameters", lambda: {"units": {}, "sources": {}})
    assert "split_stay.gap_days: unit 'day' has no Chinese in models/chinese/parameters.yaml" in stale()
    assert unit_zh("day") == "day"


def test_units_and_sources_are_told_in_chinese():
    assert (unit_zh("day"), source_zh("local practice")) == ("天", "各地做法")


def test_a_broken_file_lists_every_error(tmp_path, monkeypatch):
    broken = tmp_path / "rules.yaml"
    broken.write_text("a:\n  zh: 甲\nb:\n  english: '1'\n  amount: much\n  zh: 乙\n", encoding="utf-8")
    monkeypatch.setattr(load, "RULES", broken)
    with pytest.raises(TranslationError, match=r"2 error\(s\): a lacks english, amount; b\.amount must be one of"):
        rule_explanations()


def test_reviewed_names_the_nearest_unit_for_a_misspelt_one():
    result = CliRunner().invoke(app, ["reviewed", "split_stai"])
    assert result.exit_code == 2
    assert "split_stay" in result.output


def test_every_text_is_chinese_prose_without_the_parameters_english_names():
    names = {name for unit in all_rules() for name in unit.params if "_" in name}
    odd = {rule_id for rule_id, text in rule_explanations().items() if not text.zh.endswith("。") or any(name in text.zh for name in names)}
    assert odd == set()
