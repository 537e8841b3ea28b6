"""The schemas in features/contracts and the contract's CSV agree column by column."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from features.contracts import Table, all_tables, table
from features.contracts.codes import canonical, code_lists
from features.contracts.column import DECIMALS
from features.lake import dtype_of
from models.rule import all_rules

with (Path(__file__).parent / "input_tables.csv").open(encoding="utf-8", newline="") as _file:
    CONTRACT = list(csv.DictReader(_file))


def _declared(entry: Table) -> list[tuple[str, str, bool, str]]:
    return [(c.name, "decimal" if c.kind in DECIMALS else c.kind, c.required, c.zh) for c in entry.columns]


def test_the_registry_holds_exactly_the_tables_of_the_contract() -> None:
    fixed = [name for name, entry in all_tables().items() if entry.origin != "extension"]
    assert sorted(fixed) == sorted({row["table"] for row in CONTRACT})


def test_the_extensions_are_optional_local_tables_that_a_rule_waits_for() -> None:
    extensions = {name: entry for name, entry in all_tables().items() if entry.origin == "extension"}
    assert {entry.need for entry in extensions.values()} == {"optional"}
    assert set(extensions) == {table for unit in all_rules() for table in unit.needs} - {row["table"] for row in CONTRACT}


def test_the_lakes_that_tests_draw_have_the_schemas_of_the_contract() -> None:
    drawn = json.loads((Path(__file__).parents[1] / "rules" / "lake_schema.json").read_text(encoding="utf-8"))
    assert drawn == {name: {column.name: column.kind for column in entry.columns} for name, entry in all_tables().items()}


@pytest.mark.parametrize("name", sorted({row["table"] for row in CONTRACT}))
def test_every_column_has_the_contracts_name_type_need_and_chinese_name_in_its_order(name: str) -> None:
    rows = [row for row in CONTRACT if row["table"] == name]
    entry = table(name)
    assert _declared(entry) == [(row["column"], row["type"], row["column_required"] == "yes", row["meaning_zh"]) for row in rows]
    assert (entry.need, entry.origin, entry.meaning) == (rows[0]["table_need"], rows[0]["table_origin"], rows[0]["table_meaning"])


@pytest.mark.parametrize("name", sorted(all_tables()))
def test_the_polars_types_of_a_schema_are_those_of_the_lake(name: str) -> None:
    entry = table(name)
    schema = entry.schema.create_empty().schema
    assert {column.name: schema[column.name] for column in entry.columns} == {column.name: dtype_of(column.kind) for column in entry.columns}


@pytest.mark.parametrize("name", sorted(all_tables()))
def test_keys_months_amounts_and_preferences_name_columns_of_the_table(name: str) -> None:
    entry = table(name)
    columns = {column.name: column for column in entry.columns}
    preferred = {word.partition(":")[2].partition("=")[0] for word in entry.prefer}
    assert {*entry.key, *preferred} <= set(columns)
    assert entry.bucketed == ("psn_no" in columns and name not in ("dr_info_b", "phar_info_b"))
    if entry.month:
        assert columns[entry.month].kind in ("date", "datetime")
    if entry.yuan:
        assert columns[entry.yuan].kind == "money"


def test_every_code_list_a_column_names_exists_and_every_list_is_used() -> None:
    used = {column.codes for entry in all_tables().values() for column in entry.columns if column.codes}
    assert used == set(code_lists())
    assert all(meaning for codes in code_lists().values() for meaning in codes.values())


def test_decimals_bear_a_unit() -> None:
    assert [column.name for entry in all_tables().values() for column in entry.columns if column.kind in DECIMALS and not column.unit] == []


@pytest.mark.parametrize(
    ("list_name", "given", "expected"),
    [
        ("hosp_lv", "2", "02"),
        ("hosp_lv", "2.0", "02"),
        ("hosp_lv", "11", "11"),
        ("med_chrgitm_type", "9", "09"),
        ("dscg_way", "01", "1"),
        ("med_type", "11.0", "11"),
        ("med_type", "2199", "2199"),
        ("flag", "true", "1"),
        ("flag", "否", "0"),
        ("hosp_lv", "12", None),
        ("gend", "F", None),
        ("med_type", "77", None),
    ],
)
def test_codes_lose_their_drift_of_type_but_are_never_guessed(list_name: str, given: str, expected: str | None) -> None:
    assert canonical(list_name, given) == expected


def test_the_personal_columns_are_names_identities_addresses_and_complaint_texts() -> None:
    personal = {(entry.name, column.name) for entry in all_tables().values() for column in entry.columns if column.personal}
    assert personal == {
        ("psn_info_b", "psn_name"),
        ("psn_info_b", "certno"),
        ("psn_info_b", "live_addr"),
        ("dr_info_b", "dr_name"),
        ("phar_info_b", "phar_name"),
        ("medins_info_b", "legrep_name"),
        ("rpt_cmpl_d", "cont"),
    }
