"""Some pieces are paid only in a compound."""

from __future__ import annotations

import pytest

from models.rules.national.herb_single_not_paid import herb_single_not_paid
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1", "L2"],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02    | T001700643  | 人参片         | 10
            L2      | M1       | 2024-03-02    | T000700200  | 丁香          | 10
        """,
    },
)

LAWFUL = {
    "one other piece in the prescription": HIT.but("T000700200", "T000100010").but("丁香", "白芍"),
    "another piece that the patient pays": HIT.and_("fee_list_d", "L3 | M1 | 2024-03-02 | T000100010 | 白芍 | 0"),
}

STILL_A_HIT = {
    "an ordinary piece on another day": HIT.and_("fee_list_d", "L3 | M1 | 2024-03-05 | T000100010 | 白芍 | 10"),
}


def test_herb_single_not_paid_is_found(city):
    findings = found(herb_single_not_paid, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_herb_single_not_paid_lets_pass(city, why):
    assert found(herb_single_not_paid, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_herb_single_not_paid_still_finds(city, why):
    assert lines_of(found(herb_single_not_paid, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
