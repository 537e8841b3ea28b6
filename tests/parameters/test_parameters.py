"""The city's own parameter file: what it may say and how its errors read."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.parameters import City, ParameterError


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "city.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_bare_value_overrides_the_default_and_names_its_source(tmp_path: Path) -> None:
    city = City.load(own(tmp_path, "death_claims: {grace_days: 3}"))
    assert city["death_claims"]["grace_days"] == 3
    assert city["death_claims"].describe("grace_days").source == "city file city.yaml"


def test_what_a_city_does_not_name_keeps_its_default(tmp_path: Path) -> None:
    assert City.load(own(tmp_path, ""))["scoring"]["prior_guilty_share"] == City.load()["scoring"]["prior_guilty_share"]


def test_all_errors_of_a_file_are_told_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    text = "deth_claims: {grace_days: 3}\nscoring: {prior_guilty: 0.1}\nforest: {seed: many}\n"
    with pytest.raises(ParameterError) as error:
        City.load(own(tmp_path, text))
    message = str(error.value)
    assert "3 error(s)" in message
    assert "Did you mean 'death_claims'" in message
    assert "Did you mean 'prior_guilty_share'" in message
    assert "forest.seed must be like" in message


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="Cannot read the parameter file"):
        City.load(own(tmp_path, "a: [1"))


def test_a_trial_value_changes_only_the_copy() -> None:
    city = City.load()
    trial = city.replaced("death_claims", {"grace_days": 9})
    assert trial["death_claims"]["grace_days"] == 9
    assert city["death_claims"]["grace_days"] != 9


def test_an_unknown_trial_name_is_refused() -> None:
    with pytest.raises(ParameterError, match="Did you mean 'grace_days'"):
        City.load().replaced("death_claims", {"grace_day": 9})


def test_every_default_has_unit_source_and_chinese_name() -> None:
    city = City.load()
    for unit in city.units:
        for name in city[unit]:
            parameter = city[unit].describe(name)
            assert parameter.unit, f"{unit}.{name}"
            assert parameter.source, f"{unit}.{name}"
            assert any("\u4e00" <= letter <= "\u9fff" for letter in parameter.meaning_zh), f"{unit}.{name}"
