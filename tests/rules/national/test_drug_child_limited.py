"""Drugs paid for children are not paid for adults."""

from __future__ import annotations

import pytest

from models.rules.national.drug_child_limited import drug_child_limited
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 1    | 2004-03-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | XN05CCS273S003010101587 | 项目          | 10
        """,
    },
)

LAWFUL = {
    "a child the day before its nineteenth birthday at admission": HIT.but("2004-03-01", "2005-03-02"),
    "an impossible age is a registry error": HIT.but("2004-03-01", "1800-01-01"),
    "paid by the patient": HIT.but("| 10", "| 0"),
    "an unknown birthday": HIT.but("2004-03-01", "-"),
}

STILL_A_HIT = {
    "nineteen on the day of admission": HIT.but("2004-03-01", "2005-03-01"),
}


def test_drug_child_limited_is_found(city):
    findings = found(drug_child_limited, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_child_limited_lets_pass(city, why):
    assert found(drug_child_limited, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_drug_child_limited_still_finds(city, why):
    assert lines_of(found(drug_child_limited, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
