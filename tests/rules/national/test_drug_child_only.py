"""Paediatric preparations are for children."""

from __future__ import annotations

import pytest

from models.rules.national.drug_child_only import drug_child_only
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 1    | 1960-01-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-02 08:00 | 2024-03-02 11:00 | 11
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code          | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | ZA04CAE0023010100166 | 儿童清肺口服液     | 10
        """,
    },
)

LAWFUL = {
    "a child": HIT.but("1960-01-01", "2015-01-01"),
    "bought at a pharmacy from the family account": HIT.but("| 11", "| 41"),
}

STILL_A_HIT = {
    "a preparation for children by code, whatever its name": HIT.but("儿童清肺口服液", "口服液"),
}


def test_drug_child_only_is_found(city):
    findings = found(drug_child_only, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["certainty"].to_list() == ["suspected"]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_child_only_lets_pass(city, why):
    assert found(drug_child_only, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_drug_child_only_still_finds(city, why):
    assert lines_of(found(drug_child_only, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
