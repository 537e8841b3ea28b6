"""All 88 national rules are registered, at least 80 of them executable on the contract."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from models.catalogue import UNNUMBERED, catalogue_table, national_rules, without_points
from models.kinds import Kind
from models.knowledge.load import load_knowledge
from models.rule import all_rules


def test_every_national_rule_has_its_unit():
    rows = national_rules()
    assert [row.seq for row in rows] == list(range(1, 89))
    assert all(row.units for row in rows)
    assert Counter(row.tier1 for row in rows) == {"政策类": 34, "管理类": 29, "医疗类": 25}


def test_at_least_eighty_are_executable_and_the_others_say_what_they_wait_for():
    rows = national_rules()
    assert sum(row.state == "executable" for row in rows) >= 80
    assert all(row.waits_for for row in rows if row.state != "executable")


def test_a_rule_without_points_says_so_until_the_city_adds_one(tmp_path):
    assert without_points(load_knowledge()) == {"service_work_injury_only": "医疗服务项目限工伤保险"}
    overlay = tmp_path / "points.yaml"
    overlay.write_text("- {action: add, class: 医疗服务项目限工伤保险, item: 康复训练, names: [康复训练], source: 本市文件}\n", encoding="utf-8")
    assert without_points(load_knowledge(overlay)) == {}


def test_a_contract_without_settlement_lists_makes_their_rules_wait():
    rows = {row.name: row for row in national_rules({"fee_list_d", "mdtrt_d", "fixmedins_b", "psn_info_b", "setl_d"})}
    assert rows["手术操作编码异常"].state == "waiting for tables"
    assert "mdcs_fund_setl_list_oprn_d" in rows["手术操作编码异常"].waits_for


def test_codes_of_units_are_codes_of_the_catalogue():
    known = set(catalogue_table()["gz_code"].drop_nulls())
    assert {unit.gz_code for unit in all_rules() if unit.gz_code} <= known


def test_only_rules_without_a_code_are_named_by_hand():
    without = set(catalogue_table().filter(pl.col("gz_code").is_null())["name"])
    assert set(UNNUMBERED) == without


@pytest.mark.parametrize("kind", [Kind.POLICY_LIMIT, Kind.DATA_QUALITY, Kind.DUPLICATE_CHARGE, Kind.SPLIT_BILLING, Kind.OVER_TREATMENT])
def test_the_kinds_of_the_national_rules_are_served(kind):
    assert any(unit.kind == kind for unit in all_rules())
