"""Vocational training is for those of working age."""

from __future__ import annotations

import pytest

from models.rules.national.service_age import service_age
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 1    | 1958-03-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 003402000320000 | 职业功能训练      | 10
        """,
    },
)

LAWFUL = {
    "sixty-five": HIT.but("1958-03-01", "1958-03-02"),
    "sixteen": HIT.but("1958-03-01", "2008-03-01"),
}

STILL_A_HIT = {
    "fifteen": HIT.but("1958-03-01", "2008-03-02"),
}


def test_service_age_is_found(city):
    findings = found(service_age, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_age_lets_pass(city, why):
    assert found(service_age, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_service_age_still_finds(city, why):
    assert lines_of(found(service_age, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
