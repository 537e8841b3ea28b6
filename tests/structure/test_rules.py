"""What holds for every rule and every exception, whoever wrote it."""

from __future__ import annotations

import ast
import csv
import inspect
import sys
from pathlib import Path

import polars as pl
import pytest
import yaml

from features.parameters import DEFAULTS, City, Params
from features.tables import Tables
from models.exception import all_exceptions
from models.kinds import Kind
from models.law import provisions
from models.rule import Rule, all_rules, shared

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def city() -> City:
    return City.load()


@pytest.mark.parametrize("unit", all_rules(), ids=lambda unit: unit.rule_id)
def test_a_rule_names_only_parameters_exceptions_and_laws_that_exist(unit: Rule, city: City) -> None:
    assert set(unit.params) <= set(city[unit.rule_id]), "parameters missing from features/city.yaml"
    assert set(unit.exceptions) <= set(all_exceptions()), "exceptions without a unit in models/exceptions"
    assert unit.legal_basis
    assert set(unit.legal_basis) <= set(provisions()), "legal basis not in the registry"


@pytest.mark.parametrize("unit", all_rules(), ids=lambda unit: unit.rule_id)
def test_a_rule_says_in_chinese_and_english_what_it_is(unit: Rule) -> None:
    assert any("\u4e00" <= letter <= "\u9fff" for letter in unit.title_zh)
    assert unit.title_en.isascii()
    assert len(unit.doc.split()) >= 10


def test_every_kind_is_served_by_a_rule() -> None:
    served = {unit.kind for unit in all_rules()}
    assert set(Kind) - served == set()


def test_every_parameter_in_the_city_file_is_read_by_a_unit(city: City) -> None:
    declared = {unit.rule_id: set(unit.params) for unit in all_rules()}
    unread = {f"{unit}.{name}" for unit in city.units if unit in declared for name in city[unit] if name not in declared[unit]}
    assert not unread


def test_no_section_stands_twice_in_the_city_file() -> None:
    sections = [line.split(":")[0] for line in DEFAULTS.read_text(encoding="utf-8").splitlines() if line and line[0].isalpha()]
    assert len(sections) == len(set(sections))
    assert yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))


def test_the_contract_copy_names_every_table_a_rule_needs() -> None:
    contract = Path(__file__).resolve().parents[1] / "contracts" / "input_tables.csv"
    with contract.open(encoding="utf-8") as file:
        tables = {row["table"] for row in csv.DictReader(file)}
    outside = {table for unit in all_rules() for table in unit.needs} - tables
    assert all(table.endswith(("_b", "_d")) for table in outside), "tables beyond the contract bear names in its style"


def _kept_extracts() -> list[str]:
    """Modules with a function that is computed once for all rules and reads what a rule gathered."""
    found = []
    for path in sorted(ROOT.glob("models/**/*.py")) + sorted(ROOT.glob("features/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            kept = isinstance(node, ast.FunctionDef) and any(isinstance(mark, ast.Name) and mark.id == "once" for mark in node.decorator_list)
            if kept and any(isinstance(part, ast.Attribute) and part.attr == "extracted" for part in ast.walk(node)):
                found.append(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return sorted(set(found))


def test_rules_that_share_a_frame_made_of_what_they_gathered_gather_the_same() -> None:
    modules = _kept_extracts()
    assert modules == ["models.rules.conduct._stock"]
    for module in modules:
        sharing = [unit for unit in all_rules() if f"from {module} import" in inspect.getsource(sys.modules[unit.function.__module__])]
        assert len(sharing) > 1
        assert len({unit.extract for unit in sharing}) == 1, [unit.rule_id for unit in sharing]


def test_an_extract_step_that_several_rules_share_reads_no_parameters() -> None:
    sharing = [unit for unit in all_rules() if unit.extract is not None and unit.gathered != unit.rule_id]
    assert len(sharing) > len({unit.gathered for unit in sharing}) > 0
    for unit in sharing:
        assert unit.gathered not in {other.rule_id for other in all_rules()}
        assert "    del p\n" in inspect.getsource(unit.extract), unit.gathered


def test_two_shared_extract_steps_of_one_name_are_refused() -> None:
    def stock_book(t: Tables, p: Params) -> pl.LazyFrame:
        return t.lines

    def other(t: Tables, p: Params) -> pl.LazyFrame:
        return t.visits

    assert shared(stock_book) is shared(stock_book)
    other.__name__ = "stock_book"
    with pytest.raises(ValueError, match="Two shared extract steps are called stock_book"):
        shared(other)
