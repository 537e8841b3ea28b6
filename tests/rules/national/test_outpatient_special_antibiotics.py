"""Special-grade antibiotics are for in-patients."""

from __future__ import annotations

import pytest

from models.rules.national.outpatient_special_antibiotics import outpatient_special_antibiotics
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
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt | bilg_dept_name
            L1      | M1       | 2024-03-02 09:00 | XJ01DHM001B001010100001 | 注射用美罗培南     | 10        | 呼吸内科
        """,
    },
)

LAWFUL = {
    "an in-patient": HIT.but("| 11", "| 21"),
    "an emergency": HIT.but("| 11", "| 13"),
    "the observation ward": HIT.but("呼吸内科", "急诊留观"),
    "a cephalosporin of the third generation": HIT.but("XJ01DH", "XJ01DD"),
}


def test_outpatient_special_antibiotics_is_found(city):
    findings = found(outpatient_special_antibiotics, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_outpatient_special_antibiotics_lets_pass(city, why):
    assert found(outpatient_special_antibiotics, city(**LAWFUL[why].tables), **HIT.params).is_empty()
