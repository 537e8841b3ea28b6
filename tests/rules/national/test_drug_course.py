"""Fourteen days of one stay are paid."""

from __future__ import annotations

import pytest

from models.rules.national.drug_course import drug_course
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L15"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-20 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code             | hilist_name
            L01     | M1       | 2024-03-01    | XB01AXA223B002010100156 | 药
            L02     | M1       | 2024-03-02    | XB01AXA223B002010100156 | 药
            L03     | M1       | 2024-03-03    | XB01AXA223B002010100156 | 药
            L04     | M1       | 2024-03-04    | XB01AXA223B002010100156 | 药
            L05     | M1       | 2024-03-05    | XB01AXA223B002010100156 | 药
            L06     | M1       | 2024-03-06    | XB01AXA223B002010100156 | 药
            L07     | M1       | 2024-03-07    | XB01AXA223B002010100156 | 药
            L08     | M1       | 2024-03-08    | XB01AXA223B002010100156 | 药
            L09     | M1       | 2024-03-09    | XB01AXA223B002010100156 | 药
            L10     | M1       | 2024-03-10    | XB01AXA223B002010100156 | 药
            L11     | M1       | 2024-03-11    | XB01AXA223B002010100156 | 药
            L12     | M1       | 2024-03-12    | XB01AXA223B002010100156 | 药
            L13     | M1       | 2024-03-13    | XB01AXA223B002010100156 | 药
            L14     | M1       | 2024-03-14    | XB01AXA223B002010100156 | 药
            L15     | M1       | 2024-03-15    | XB01AXA223B002010100156 | 药
        """,
    },
)

LAWFUL = {
    "fourteen days": HIT.but("L15 | M1       | 2024-03-15", "L15 | M1       | 2024-03-14"),
    "an outpatient": HIT.but("| 21", "| 11"),
    "a drug without a paid course": HIT.but("XB01AXA223B002010100156", "XC08CAA168A001010101748"),
}


def test_drug_course_is_found(city):
    findings = found(drug_course, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["certainty"].to_list() == ["definite"]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_course_lets_pass(city, why):
    assert found(drug_course, city(**LAWFUL[why].tables), **HIT.params).is_empty()
