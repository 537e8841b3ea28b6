"""Aconite with pinellia."""

from __future__ import annotations

import pytest

from models.rules.national.herb_incompatibility import herb_incompatibility
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L2"],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | hilist_name
            L1      | M1       | 2024-03-02    | T000100001  | 黑顺片
            L2      | M1       | 2024-03-02    | T000100002  | 法半夏
        """,
    },
)

LAWFUL = {
    "two prescriptions of two days": HIT.but("L2 | M1 | 2024-03-02", "L2 | M1 | 2024-03-03"),
    "a harmless piece": HIT.but("法半夏", "白芍"),
}


def test_herb_incompatibility_is_found(city):
    findings = found(herb_incompatibility, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["related_bkkp_sns"].to_list() == [["L1"]]


@pytest.mark.parametrize("why", LAWFUL)
def test_herb_incompatibility_lets_pass(city, why):
    assert found(herb_incompatibility, city(**LAWFUL[why].tables), **HIT.params).is_empty()
