"""A disease of old age in a child."""

from __future__ import annotations

import pytest

from models.rules.national.diagnosis_age import diagnosis_age
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=[],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 1    | 2010-03-02
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | I21.900
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 001102000050000 | 项目          | 10
        """,
    },
)

LAWFUL = {
    "fourteen on the day of admission": HIT.but("2010-03-02", "2010-03-01"),
    "an impossible age": HIT.but("2010-03-02", "1800-01-01"),
    "no diagnosis": HIT.but("I21.900", "-"),
    "a newborn's disease on the mother's record": HIT.but("2010-03-02", "1990-01-01").but("I21.900", "P59.900"),
}


def test_diagnosis_age_is_found(city):
    findings = found(diagnosis_age, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_diagnosis_age_lets_pass(city, why):
    assert found(diagnosis_age, city(**LAWFUL[why].tables), **HIT.params).is_empty()
