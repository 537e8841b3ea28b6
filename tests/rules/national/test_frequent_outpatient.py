"""Twenty visit days in one month."""

from __future__ import annotations

import pytest

from models.rules.national.frequent_outpatient import frequent_outpatient
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=[],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime   | endtime    | med_type | fixmedins_code
            M01      | 2024-03-01 | 2024-03-01 | 11       | H1
            M02      | 2024-03-02 | 2024-03-02 | 11       | H1
            M03      | 2024-03-03 | 2024-03-03 | 11       | H1
            M04      | 2024-03-04 | 2024-03-04 | 11       | H1
            M05      | 2024-03-05 | 2024-03-05 | 11       | H1
            M06      | 2024-03-06 | 2024-03-06 | 11       | H1
            M07      | 2024-03-07 | 2024-03-07 | 11       | H1
            M08      | 2024-03-08 | 2024-03-08 | 11       | H1
            M09      | 2024-03-09 | 2024-03-09 | 11       | H1
            M10      | 2024-03-10 | 2024-03-10 | 11       | H1
            M11      | 2024-03-11 | 2024-03-11 | 11       | H1
            M12      | 2024-03-12 | 2024-03-12 | 11       | H1
            M13      | 2024-03-13 | 2024-03-13 | 11       | H1
            M14      | 2024-03-14 | 2024-03-14 | 11       | H1
            M15      | 2024-03-15 | 2024-03-15 | 11       | H1
            M16      | 2024-03-16 | 2024-03-16 | 11       | H1
            M17      | 2024-03-17 | 2024-03-17 | 11       | H1
            M18      | 2024-03-18 | 2024-03-18 | 11       | H1
            M19      | 2024-03-19 | 2024-03-19 | 11       | H1
            M20      | 2024-03-20 | 2024-03-20 | 11       | H1
        """,
        "fee_list_d": """
            mdtrt_id | fee_ocur_time | hilist_code
            M01      | 2024-03-01    | 001102000010000
        """,
    },
)

LAWFUL = {
    "nineteen days": HIT.but("M20 | 2024-03-20 | 2024-03-20", "M20 | 2024-03-19 | 2024-03-19"),
    "one of them for dialysis": HIT.but("001102000010000", "003110000060000"),
    "two institutions": HIT.but("M20 | 2024-03-20 | 2024-03-20 | 11 | H1", "M20 | 2024-03-20 | 2024-03-20 | 11 | H2"),
    "over the turn of the month": HIT.but("M20 | 2024-03-20 | 2024-03-20", "M20 | 2024-04-01 | 2024-04-01"),
}


def test_frequent_outpatient_is_found(city):
    findings = found(frequent_outpatient, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_frequent_outpatient_lets_pass(city, why):
    assert found(frequent_outpatient, city(**LAWFUL[why].tables), **HIT.params).is_empty()
