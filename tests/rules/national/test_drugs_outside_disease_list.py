"""Waits for the local table dise_drug_d and runs as soon as it arrives."""

from __future__ import annotations

from features.lake import Lake
from models.rules.national.drugs_outside_disease_list import drugs_outside_disease_list
from models.run_rules import runnable
from tests.rules.national.local_table import with_table
from tests.rules.support import found, lines_of

VISIT = "mdtrt_id | begntime | endtime | med_type | dise_no\nM1 | 2024-03-02 | 2024-03-02 | 14 | {disease}"
FEES = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code\nL1 | M1 | 2024-03-02 | XC08CAA168A001010101748"


def judged(city, prefix, disease="M03900"):
    t = with_table(city(mdtrt_d=VISIT.format(disease=disease), fee_list_d=FEES), "dise_drug_d", {"dise_no": ["M03900"], "prefix": [prefix]})
    return lines_of(found(drugs_outside_disease_list, t))


def test_a_drug_the_list_of_the_disease_does_not_hold_is_found(city):
    assert judged(city, "XA10") == [["L1"]]


def test_a_drug_of_the_list_and_a_disease_without_a_list_are_lawful(city):
    assert judged(city, "XC08") == []
    assert judged(city, "XA10", disease="M01600") == []


def test_without_the_table_the_rule_is_reported_as_waiting(city):
    lake: Lake = city(fee_list_d="bkkp_sn | hilist_code\nL1 | 001102000010000").lake
    assert [waiting.missing_tables for waiting in runnable([drugs_outside_disease_list], lake.tables)[1]] == [("dise_drug_d",)]
