"""Waits for the local table hilist_lmttot_d and runs as soon as it arrives."""

from __future__ import annotations

import pytest

from models.rules.national.consumable_total_ceiling import consumable_total_ceiling
from models.run_rules import runnable
from tests.rules.national.total_ceiling import judged

UNIT, CODE = consumable_total_ceiling, "C03010100100001000000010100"


def test_what_lies_beyond_the_total_is_found(city):
    assert judged(UNIT, city, CODE, "visit | 109.99 | - | -") == [["L2"]]


def test_the_total_itself_is_kept(city):
    assert judged(UNIT, city, CODE, "visit | 110.00 | - | -") == []


def test_a_ceiling_of_the_visit_begins_anew_with_the_next_visit_one_of_the_year_with_the_next_year(city):
    assert judged(UNIT, city, CODE, "visit | 100 | - | -", visit="M2", day="2024-05-01") == []
    assert judged(UNIT, city, CODE, "year | 100 | - | -", visit="M2", day="2024-05-01") == [["L2"]]
    assert judged(UNIT, city, CODE, "year | 100 | - | -", visit="M2", day="2025-01-01") == []


@pytest.mark.parametrize("dates", ["2024-03-03 | -", "- | 2024-03-02"])
def test_only_lines_within_the_ceilings_dates_are_summed(city, dates):
    assert judged(UNIT, city, CODE, f"visit | 100 | {dates}") == []


def test_what_the_patient_paid_and_what_was_refunded_is_not_summed(city):
    assert judged(UNIT, city, CODE, "visit | 100 | - | -", covered="0") == []
    assert judged(UNIT, city, CODE, "visit | 100 | - | -", more=f"L3 | M1 | 2024-03-03 | {CODE} | -1 | 50 | L2 | -50") == []


def test_an_item_of_another_kind_is_not_this_rules_matter(city):
    assert judged(UNIT, city, "003402000390000", "visit | 100 | - | -") == []


def test_without_the_table_the_rule_is_reported_as_waiting(city):
    lake = city(fee_list_d="bkkp_sn | hilist_code\nL1 | 001102000010000").lake
    assert [waiting.missing_tables for waiting in runnable([UNIT], lake.tables)[1]] == [("hilist_lmttot_d",)]
