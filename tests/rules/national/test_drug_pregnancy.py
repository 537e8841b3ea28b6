"""Red-flower injection is forbidden in pregnancy."""

from __future__ import annotations

import pytest

from models.rules.national.drug_pregnancy import drug_pregnancy
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 2    | 1995-01-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-02 08:00 | 2024-03-02 11:00 | 11       | Z34.900
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code          | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | ZB01AAA0001010100001 | 红花注射液       | 10
        """,
    },
)

LAWFUL = {
    "not pregnant": HIT.but("Z34.900", "I10.x00"),
    "after an abortion": HIT.but("Z34.900", "O06.900"),
    "a stay, in which it may follow the birth": HIT.but("| 11", "| 52"),
}


def test_drug_pregnancy_is_found(city):
    findings = found(drug_pregnancy, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_pregnancy_lets_pass(city, why):
    assert found(drug_pregnancy, city(**LAWFUL[why].tables), **HIT.params).is_empty()
