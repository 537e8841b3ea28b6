"""Fifteen purchase days in one month."""

from __future__ import annotations

import pytest

from models.rules.national.frequent_pharmacy import frequent_pharmacy
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=[],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime   | endtime    | med_type | fixmedins_code
            M01      | 2024-03-01 | 2024-03-01 | 41       | PH1
            M02      | 2024-03-02 | 2024-03-02 | 41       | PH1
            M03      | 2024-03-03 | 2024-03-03 | 41       | PH1
            M04      | 2024-03-04 | 2024-03-04 | 41       | PH1
            M05      | 2024-03-05 | 2024-03-05 | 41       | PH1
            M06      | 2024-03-06 | 2024-03-06 | 41       | PH1
            M07      | 2024-03-07 | 2024-03-07 | 41       | PH1
            M08      | 2024-03-08 | 2024-03-08 | 41       | PH1
            M09      | 2024-03-09 | 2024-03-09 | 41       | PH1
            M10      | 2024-03-10 | 2024-03-10 | 41       | PH1
            M11      | 2024-03-11 | 2024-03-11 | 41       | PH1
            M12      | 2024-03-12 | 2024-03-12 | 41       | PH1
            M13      | 2024-03-13 | 2024-03-13 | 41       | PH1
            M14      | 2024-03-14 | 2024-03-14 | 41       | PH1
            M15      | 2024-03-15 | 2024-03-15 | 41       | PH1
        """,
        "fee_list_d": """
            mdtrt_id | fee_ocur_time | hilist_code
            M01      | 2024-03-01    | XC08CAA168A001010101748
        """,
    },
)

LAWFUL = {
    "fourteen days": HIT.but("M15 | 2024-03-15 | 2024-03-15", "M15 | 2024-03-14 | 2024-03-14"),
    "two shops": HIT.but("M15 | 2024-03-15 | 2024-03-15 | 41 | PH1", "M15 | 2024-03-15 | 2024-03-15 | 41 | PH2"),
}


def test_frequent_pharmacy_is_found(city):
    findings = found(frequent_pharmacy, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_frequent_pharmacy_lets_pass(city, why):
    assert found(frequent_pharmacy, city(**LAWFUL[why].tables), **HIT.params).is_empty()
