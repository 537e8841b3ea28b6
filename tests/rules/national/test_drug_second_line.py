"""A second-line drug presupposes a first line."""

from __future__ import annotations

import pytest

from models.rules.national.drug_second_line import drug_second_line
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime   | endtime    | med_type
            M1       | 2024-09-02 | 2024-09-02 | 11
            V1       | 2024-01-02 | 2024-01-02 | 11
            V2       | 2024-02-02 | 2024-02-02 | 11
            V3       | 2024-03-02 | 2024-03-02 | 11
            V4       | 2024-04-02 | 2024-04-02 | 11
            V5       | 2024-05-02 | 2024-05-02 | 11
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code             | hilist_name | inscp_amt
            L1      | M1       | 2024-09-02    | XA10AEY357B002010178997 | 依柯胰岛素    | 10
            V1      | V1       | 2024-01-02    | XC08CAA168A001010101748 | 氨氯地平      | 10
        """,
        "outmed_setl_d": """
            setl_id | psn_no | fixmedins_code | begndate   | enddate
            O1      | P9     | X1             | 2024-01-01 | 2024-01-01
        """,
    },
)
LAWFUL = {
    "another drug of the group before": HIT.but("XC08CAA168A001010101748", "XA10BAA001A001010100001"),
    "settled outside the city before": HIT.but("| P9", "| P1"),
    "a person hardly seen here": HIT.but("V5 | 2024-05-02 | 2024-05-02 | 11", "V5 | 2024-04-02 | 2024-04-02 | 11"),
    "too little data before the first use": HIT.but("2024-09-02", "2024-06-29"),
    "a stay, whose record tells what was tried": HIT.but("M1 | 2024-09-02 | 2024-09-02 | 11", "M1 | 2024-09-02 | 2024-09-02 | 21"),
}


def test_drug_second_line_is_found(city):
    assert lines_of(found(drug_second_line, city(**HIT.tables))) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_second_line_lets_pass(city, why):
    assert found(drug_second_line, city(**LAWFUL[why].tables)).is_empty()
