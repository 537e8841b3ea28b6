"""A code of no category."""

from __future__ import annotations

import pytest

from models.rules.national.diagnosis_code import diagnosis_code
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=[],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | U99.900x001
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 001102000050000 | 项目          | 10
        """,
    },
)

LAWFUL = {
    "a city's own extension of a known category": HIT.but("U99.900x001", "I10.x00x999"),
    "a Chinese-medicine diagnosis": HIT.but("U99.900x001", "BNX010"),
    "no diagnosis": HIT.but("U99.900x001", "-"),
}


def test_diagnosis_code_is_found(city):
    findings = found(diagnosis_code, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_diagnosis_code_lets_pass(city, why):
    assert found(diagnosis_code, city(**LAWFUL[why].tables), **HIT.params).is_empty()
