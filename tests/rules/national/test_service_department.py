"""Dialysis belongs to nephrology."""

from __future__ import annotations

import pytest

from models.rules.national.service_department import service_department
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt | bilg_dept_name
            L1      | M1       | 2024-03-02 09:00 | 003110000060000 | 血液透析        | 10        | 骨科
        """,
    },
)

LAWFUL = {
    "the dialysis room": HIT.but("骨科", "血透室"),
    "intensive care": HIT.but("骨科", "ICU"),
    "an unknown department": HIT.but("骨科", "-"),
}


def test_service_department_is_found(city):
    findings = found(service_department, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_department_lets_pass(city, why):
    assert found(service_department, city(**LAWFUL[why].tables), **HIT.params).is_empty()
