"""Ribavirin is not recommended in old age."""

from __future__ import annotations

import pytest

from models.rules.national.drug_elderly import drug_elderly
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 1    | 1959-03-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | XJ05ABL001A001010100001 | 利巴韦林分散片     | 10
        """,
    },
)

LAWFUL = {
    "sixty-four": HIT.but("1959-03-01", "1959-03-02"),
    "an impossible age": HIT.but("1959-03-01", "1800-03-02"),
}


def test_drug_elderly_is_found(city):
    findings = found(drug_elderly, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_elderly_lets_pass(city, why):
    assert found(drug_elderly, city(**LAWFUL[why].tables), **HIT.params).is_empty()
