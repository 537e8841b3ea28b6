"""Waits for the local table hilist_lmttot_d and runs as soon as it arrives."""

from __future__ import annotations

from features.lake import Lake
from models.rules.national.consumable_total_ceiling import consumable_total_ceiling
from models.run_rules import runnable
from tests.rules.national.local_table import with_table
from tests.rules.support import found, lines_of

CODE = "C03010100100001000000010100"
VISIT = "mdtrt_id | begntime | endtime | med_type\nM1 | 2024-03-02 | 2024-03-08 | 21\nM2 | {second} | {second} | 21"
FEES = f"bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | pric\nL1 | M1 | 2024-03-02 | {CODE} | 60\nL2 | {{visit}} | {{day}} | {CODE} | 50"


def judged(city, ceiling, period="visit", visit="M1", day="2024-03-03"):
    drawn = city(mdtrt_d=VISIT.format(second="2024-05-01"), fee_list_d=FEES.format(visit=visit, day=day))
    t = with_table(drawn, "hilist_lmttot_d", {"hilist_code": [CODE], "period": [period], "lmt_amt": [ceiling]})
    return lines_of(found(consumable_total_ceiling, t))


def test_what_lies_beyond_the_total_is_found(city):
    assert judged(city, "100") == [["L2"]]


def test_the_total_itself_and_a_ceiling_of_another_visit_are_kept(city):
    assert judged(city, "110") == []
    assert judged(city, "100", visit="M2", day="2024-05-01") == []
    assert judged(city, "100", period="year", visit="M2", day="2024-05-01") == [["L2"]]


def test_without_the_table_the_rule_is_reported_as_waiting(city):
    lake: Lake = city(fee_list_d="bkkp_sn | hilist_code\nL1 | 001102000010000").lake
    assert [waiting.missing_tables for waiting in runnable([consumable_total_ceiling], lake.tables)[1]] == [("hilist_lmttot_d",)]
