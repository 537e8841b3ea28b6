"""Endovascular work needs a hospital of the second level."""

from __future__ import annotations

import pytest

from models.rules.national.service_level import service_level
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "fixmedins_b": """
            fixmedins_code | hosp_lv
            H1             | 08
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 003205000010000 | 冠状动脉造影术     | 10
        """,
    },
)

LAWFUL = {
    "a secondary hospital": HIT.but("| 08", "| 07"),
    "an institution without a level": HIT.but("| 08", "| 11"),
}

STILL_A_HIT = {
    "the smallest primary institution": HIT.but("| 08", "| 10"),
}


def test_service_level_is_found(city):
    findings = found(service_level, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_level_lets_pass(city, why):
    assert found(service_level, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_service_level_still_finds(city, why):
    assert lines_of(found(service_level, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
