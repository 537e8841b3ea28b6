"""Every legal basis that a rule cites stands in the registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import law
from models.law import LawError, cite, provision, provisions
from models.rule import all_rules


def test_every_key_that_a_rule_cites_stands_in_the_registry():
    unknown = {(unit.rule_id, key) for unit in all_rules() for key in unit.legal_basis if key not in provisions()}
    assert unknown == set()


def test_every_rule_cites_at_least_one_provision():
    assert [unit.rule_id for unit in all_rules() if not unit.legal_basis] == []


def test_a_provision_that_was_not_checked_says_so_when_cited():
    assert cite(("reg.38.1", "impl.35")).endswith("第三十五条（条文待核对）")
    assert cite(("reg.38.1",)) == "《医疗保障基金使用监督管理条例》第三十八条第（一）项"


def test_the_implementing_rules_are_marked_unchecked_throughout():
    assert {p.checked for p in provisions().values() if p.key.startswith("impl.")} == {False}


def test_an_unknown_key_names_the_nearest_one():
    with pytest.raises(LawError, match=r"Did you mean 'reg\.38\.1'"):
        provision("reg.38.11")


def test_a_broken_registry_lists_every_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    broken = tmp_path / "law.yaml"
    broken.write_text("a.1: {title: t}\na.2: {title: t, says: s, source: s, checked: perhaps}\n", encoding="utf-8")
    monkeypatch.setattr(law, "REGISTRY", broken)
    provisions.cache_clear()
    with pytest.raises(LawError, match=r"2 error\(s\): a\.1 lacks says, source, checked; a\.2\.checked"):
        provisions()
    provisions.cache_clear()
