"""Three times the pharmacopoeia's dose."""

from __future__ import annotations

import pytest

from models.rules.national.herb_dose import herb_dose
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
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code | hilist_name | inscp_amt | cnt | prd_days
            L1      | M1       | 2024-03-02 09:00 | T000100260  | 甘草          | 10        | 217 | 7
        """,
    },
)

LAWFUL = {
    "exactly three times": HIT.but("| 217", "| 210"),
    "no days given": HIT.but("| 7", "| -"),
    "a leaf of another plant": HIT.but("甘草", "白芍"),
}


def test_herb_dose_is_found(city):
    findings = found(herb_dose, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_herb_dose_lets_pass(city, why):
    assert found(herb_dose, city(**LAWFUL[why].tables), **HIT.params).is_empty()
