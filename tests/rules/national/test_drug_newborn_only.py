"""Surfactant is for newborns."""

from __future__ import annotations

import pytest

from models.rules.national.drug_newborn_only import drug_newborn_only
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 2    | 1995-01-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | J80.x00
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | XR07AAZ001B002010100001 | 猪肺磷脂注射液     | 10
        """,
    },
)

LAWFUL = {
    "on the mother's record": HIT.but("J80.x00", "O82.000"),
    "a newborn": HIT.but("1995-01-01", "2024-02-28"),
    "an infant of one year": HIT.but("1995-01-01", "2022-03-02"),
}

STILL_A_HIT = {
    "a child of two years": HIT.but("1995-01-01", "2022-03-01"),
}


def test_drug_newborn_only_is_found(city):
    findings = found(drug_newborn_only, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_newborn_only_lets_pass(city, why):
    assert found(drug_newborn_only, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_drug_newborn_only_still_finds(city, why):
    assert lines_of(found(drug_newborn_only, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
