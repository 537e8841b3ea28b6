"""Services for children are for children."""

from __future__ import annotations

import pytest

from models.rules.national.service_child_only import service_child_only
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 1    | 2000-01-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 004500000100000 | 小儿捏脊治疗      | 10
        """,
    },
)

LAWFUL = {
    "a child of eighteen": HIT.but("2000-01-01", "2005-03-02"),
    "a newborn item has its own rule": HIT.but("004500000100000", "003112020090000"),
}

STILL_A_HIT = {
    "nineteen": HIT.but("2000-01-01", "2005-03-01"),
}


def test_service_child_only_is_found(city):
    findings = found(service_child_only, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_child_only_lets_pass(city, why):
    assert found(service_child_only, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_service_child_only_still_finds(city, why):
    assert lines_of(found(service_child_only, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
