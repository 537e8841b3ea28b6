"""No narcotics over the internet."""

from __future__ import annotations

import pytest

from models.rules.national.internet_controlled_drugs import internet_controlled_drugs
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-02 08:00 | 2024-03-02 11:00 | 11
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt | bilg_dept_name
            L1      | M1       | 2024-03-02 09:00 | XN02ABF027V002010101389 | 项目          | 10        | 互联网门诊
        """,
    },
)

LAWFUL = {
    "the pain clinic": HIT.but("互联网门诊", "疼痛科"),
    "an unknown department": HIT.but("互联网门诊", "-"),
    "another drug": HIT.but("XN02ABF027V002010101389", "XC08CAA168A001010101748"),
}


def test_internet_controlled_drugs_is_found(city):
    findings = found(internet_controlled_drugs, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_internet_controlled_drugs_lets_pass(city, why):
    assert found(internet_controlled_drugs, city(**LAWFUL[why].tables), **HIT.params).is_empty()
