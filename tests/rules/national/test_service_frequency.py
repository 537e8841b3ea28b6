"""A stay of three days holds three days of bed."""

from __future__ import annotations

import pytest

from models.rules.national.service_frequency import service_frequency
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L4"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-03 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | hilist_name | cnt
            L1      | M1       | 2024-03-01    | 001109000010000 | 普通病房床位费     | 1
            L2      | M1       | 2024-03-02    | 001109000010000 | 普通病房床位费     | 1
            L3      | M1       | 2024-03-03    | 001109000010000 | 普通病房床位费     | 1
            L4      | M1       | 2024-03-03    | 001109000010000 | 普通病房床位费     | 1
        """,
    },
)

LAWFUL = {
    "counting the first and the last day": HIT.but("L4 | M1 | 2024-03-03 | 001109000010000", "L4 | M1 | 2024-03-03 | 001109000020000"),
    "a stay of four days billed on the last": HIT.but("2024-03-03 10:00", "2024-03-04 10:00"),
}


def test_service_frequency_is_found(city):
    findings = found(service_frequency, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["certainty"].to_list() == ["definite"]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_frequency_lets_pass(city, why):
    assert found(service_frequency, city(**LAWFUL[why].tables), **HIT.params).is_empty()


def test_hours_of_monitoring_are_held_against_the_hours_of_the_stay(city):
    stay = "mdtrt_id | begntime | endtime | med_type\nM1 | 2024-03-01 08:00 | 2024-03-02 10:00 | 21"
    hours = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | hilist_name | cnt\nL1 | M1 | 2024-03-02 | 003107010220000 | 心电监测 | {}"
    assert found(service_frequency, city(mdtrt_d=stay, fee_list_d=hours.format(48))).is_empty()
    assert found(service_frequency, city(mdtrt_d=stay, fee_list_d=hours.format(49))).height == 1
