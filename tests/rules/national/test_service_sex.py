"""A prostate service for a woman."""

from __future__ import annotations

import pytest

from models.rules.national.service_sex import service_sex
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 2    | 1960-01-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-02 08:00 | 2024-03-02 11:00 | 11
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 002101030290000 | 输精管造影       | 10
        """,
    },
)

LAWFUL = {
    "a man": HIT.but("| 2    |", "| 1    |"),
    "an unknown sex": HIT.but("| 2    |", "| 0    |"),
    "paid by the patient": HIT.but("| 10", "| 0"),
}


def test_service_sex_is_found(city):
    findings = found(service_sex, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["certainty"].to_list() == ["definite"]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_sex_lets_pass(city, why):
    assert found(service_sex, city(**LAWFUL[why].tables), **HIT.params).is_empty()
