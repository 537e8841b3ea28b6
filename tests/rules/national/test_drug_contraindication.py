"""Reserpine with an ulcer."""

from __future__ import annotations

import pytest

from models.rules.national.drug_contraindication import drug_contraindication
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | K25.900
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | XC02LAF001A001010100001 | 复方利血平片      | 10
        """,
    },
)

LAWFUL = {
    "gastritis": HIT.but("K25.900", "K29.500"),
    "the ulcer of another visit": HIT.but("K25.900", "I10.x00"),
}


def test_drug_contraindication_is_found(city):
    findings = found(drug_contraindication, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_contraindication_lets_pass(city, why):
    assert found(drug_contraindication, city(**LAWFUL[why].tables), **HIT.params).is_empty()


def test_an_ulcer_of_another_visit_is_not_held_against_this_one(city):
    other = HIT.but("K25.900", "I10.x00").and_("mdtrt_d", "M2 | 2023-01-01 | 2023-01-01 | 11 | K25.900")
    assert found(drug_contraindication, city(**other.tables)).is_empty()
