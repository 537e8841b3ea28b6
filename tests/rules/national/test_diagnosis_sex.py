"""A disease of the prostate in a woman."""

from __future__ import annotations

import pytest

from models.rules.national.diagnosis_sex import diagnosis_sex
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=[],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 2    | 1960-01-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | N40.x00
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 001102000050000 | 项目          | 10
        """,
    },
)

LAWFUL = {
    "a man": HIT.but("| 2    |", "| 1    |"),
    "the last kidney code": HIT.but("N40.x00", "N39.000"),
    "no diagnosis": HIT.but("N40.x00", "-"),
}


def test_diagnosis_sex_is_found(city):
    findings = found(diagnosis_sex, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_diagnosis_sex_lets_pass(city, why):
    assert found(diagnosis_sex, city(**LAWFUL[why].tables), **HIT.params).is_empty()
