"""Declarations, the registry, the catalogue and the commands."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from features.catalogue import catalogue
from features.feature import Feature, all_features, feature
from features.parameters import City, Params
from features.tables import Tables
from flows.cli_features import app
from models.kinds import Kind

ROOT = Path(__file__).resolve().parents[2]
FEATURES = all_features()


def ids(unit: Feature) -> str:
    return f"{unit.grain.name}.{unit.feature_id}"


def declare(grain: str = "institution", doc: str | None = "How it is counted.", **more) -> Feature:
    def some_feature(t: Tables, p: Params) -> pl.LazyFrame:
        return t.stays

    some_feature.__doc__ = doc
    words = {"title_zh": "某", "title_en": "some", "unit": "share", "why": "so", "numerator": "a", "denominator": "b"}
    return feature(grain=grain, **words, **more)(some_feature)


def test_a_feature_without_docstring_is_refused() -> None:
    with pytest.raises(ValueError, match="some_feature has no docstring"):
        declare(doc=None)


def test_a_feature_of_an_unknown_grain_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'village'.*institution_month"):
        declare(grain="village")


def test_a_bucket_feature_must_name_its_columns() -> None:
    with pytest.raises(ValueError, match="must name its columns"):
        declare(grain="stay")


def test_a_share_is_judged_as_counted_cases_and_anything_else_as_a_mean() -> None:
    assert declare().statistic == "share"
    assert declare(statistic="rate").statistic == "rate"


def test_members_of_a_family_are_named_and_titled_after_it() -> None:
    unit = declare(columns={"near": "数日内"})
    assert unit.names == ("some_feature_near",)
    assert unit.title("some_feature_near") == "某·数日内"
    assert declare().title("some_feature") == "某"


@pytest.mark.parametrize("unit", FEATURES, ids=ids)
def test_a_feature_reads_only_parameters_that_exist_and_reads_all_of_its_own(unit: Feature) -> None:
    city = City.load()
    assert set(unit.params) == set(city[unit.feature_id]), "declared parameters and features/city.yaml differ"


@pytest.mark.parametrize("unit", FEATURES, ids=ids)
def test_a_feature_points_to_kinds_that_exist(unit: Feature) -> None:
    assert set(unit.points_to) <= set(Kind)


@pytest.mark.parametrize("unit", FEATURES, ids=ids)
def test_a_feature_says_in_chinese_and_english_what_it_is_and_why_it_matters(unit: Feature) -> None:
    assert any("\u4e00" <= letter <= "\u9fff" for letter in unit.title_zh)
    assert unit.title_en.isascii()
    assert len(unit.why.split()) >= 5
    assert len(unit.doc.split()) >= 6
    assert unit.numerator
    assert unit.denominator
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in title) for title in unit.columns.values())


@pytest.mark.parametrize("unit", FEATURES, ids=ids)
def test_a_feature_has_a_test_that_imports_it(unit: Feature) -> None:
    line = f"from features.{unit.grain.name}.{unit.feature_id} import {unit.feature_id}\n"
    assert any(line in path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))


@pytest.mark.parametrize("unit", [unit for unit in FEATURES if unit.grain.name == "institution"], ids=ids)
def test_an_institution_feature_names_the_facts_it_reads(unit: Feature) -> None:
    source = (ROOT / "features" / "institution" / f"{unit.feature_id}.py").read_text(encoding="utf-8")
    read = set(re.findall(r't\.facts\("(\w+)"\)', source)) | ({"stay"} if "finished_stays" in source else set())
    assert set(unit.facts) == read


def test_the_catalogue_on_disk_is_the_one_the_declarations_give() -> None:
    on_disk = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    assert on_disk == catalogue(City.load()), "docs/features.md is stale; write it again: huoyan features doc"


def test_features_are_listed_by_grain_and_a_misspelt_grain_gets_a_hint() -> None:
    listed = CliRunner().invoke(app, ["list", "--grain", "physician_day"])
    assert listed.exit_code == 0
    assert "physician_load" in listed.output
    assert "idle_days" not in listed.output
    wrong = CliRunner().invoke(app, ["list", "--grain", "stays"])
    assert wrong.exit_code == 2
    assert "stay" in wrong.output


def test_one_feature_is_explained_with_its_parameters() -> None:
    shown = CliRunner().invoke(app, ["show", "idle_days"])
    assert shown.exit_code == 0
    assert "drug_cover_days_max = 7" in shown.output
    assert CliRunner().invoke(app, ["show", "idle_day"]).exit_code == 2


def test_the_catalogue_is_written_where_asked(tmp_path: Path) -> None:
    out = tmp_path / "docs" / "features.md"
    assert CliRunner().invoke(app, ["doc", "--out", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("# Features")
