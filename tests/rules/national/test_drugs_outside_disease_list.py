"""Waits for the local table dise_drug_d and runs as soon as it arrives."""

from __future__ import annotations

import pytest

from models.rules.national.drugs_outside_disease_list import drugs_outside_disease_list
from models.run_rules import runnable
from tests.rules.support import found, lines_of

DRUG = "XC08CAA168A001010101748"
VISIT = "mdtrt_id | begntime | endtime | med_type | dise_no\nM1 | 2024-03-02 | 2024-03-02 | {med_type} | {disease}"
HEAD = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | init_feedetl_sn | inscp_amt\n"
LINE = f"L1 | M1 | 2024-03-02 | {DRUG} | 1 | - | 10\n"
LIST = "dise_no | prefix | begndate | enddate\n"


def judged(city, *rows, med_type="14", disease="M03900", lines=LINE):
    listed = LIST + "\n".join(rows)
    t = city(mdtrt_d=VISIT.format(med_type=med_type, disease=disease), fee_list_d=HEAD + lines, dise_drug_d=listed)
    return lines_of(found(drugs_outside_disease_list, t))


def test_a_drug_the_list_of_the_disease_does_not_hold_is_found(city):
    assert judged(city, "M03900 | XA10 | - | -") == [["L1"]]


def test_the_same_drug_under_its_stem_of_the_list_is_lawful(city):
    assert judged(city, "M03900 | XA10 | - | -", "M03900 | XC08CAA168 | - | -") == []


@pytest.mark.parametrize("disease", ["M01600", "-"])
def test_a_disease_without_a_list_and_a_visit_without_a_disease_are_not_judged(city, disease):
    assert judged(city, "M03900 | XA10 | - | -", disease=disease) == []


def test_an_ordinary_outpatient_visit_is_not_bound_by_the_list(city):
    assert judged(city, "M03900 | XA10 | - | -", med_type="11") == []


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [("2024-03-02", "2024-03-02", [["L1"]]), ("2024-03-03", "-", []), ("-", "2024-03-01", [])],
)
def test_only_a_list_in_force_on_the_day_counts(city, begins, ends, expected):
    assert judged(city, f"M03900 | XA10 | {begins} | {ends}") == expected


def test_what_the_patient_paid_and_what_was_refunded_is_no_finding(city):
    assert judged(city, "M03900 | XA10 | - | -", lines=LINE.replace("| 10\n", "| 0\n")) == []
    assert judged(city, "M03900 | XA10 | - | -", lines=LINE + f"L2 | M1 | 2024-03-02 | {DRUG} | -1 | L1 | -10\n") == []


def test_two_lines_of_one_visit_are_one_finding(city):
    assert judged(city, "M03900 | XA10 | - | -", lines=LINE + LINE.replace("L1", "L2")) == [["L1", "L2"]]


def test_without_the_table_the_rule_is_reported_as_waiting(city):
    lake = city(fee_list_d="bkkp_sn | hilist_code\nL1 | 001102000010000").lake
    assert [waiting.missing_tables for waiting in runnable([drugs_outside_disease_list], lake.tables)[1]] == [("dise_drug_d",)]
