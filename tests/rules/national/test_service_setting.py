"""A ward bed needs an admission."""

from __future__ import annotations

import pytest

from models.rules.national.service_setting import service_setting
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
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt | bilg_dept_name
            L1      | M1       | 2024-03-02 09:00 | 001109000010000 | 项目          | 10        | 内科门诊
        """,
    },
)

LAWFUL = {
    "an in-patient": HIT.but("| 11", "| 21"),
    "an emergency": HIT.but("| 11", "| 13"),
    "the observation ward": HIT.but("内科门诊", "急诊观察室"),
    "an observation bed": HIT.but("001109000010000", "001109000050000"),
}


def test_service_setting_is_found(city):
    findings = found(service_setting, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_setting_lets_pass(city, why):
    assert found(service_setting, city(**LAWFUL[why].tables), **HIT.params).is_empty()
