"""A panel contains its tests."""

from __future__ import annotations

import pytest

from models.rules.national.panel_and_parts import panel_and_parts
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L2", "L3"],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name
            L1      | M1       | 2024-03-02 08:00 | 002503030000000 | 血脂组合测定
            L2      | M1       | 2024-03-02 08:00 | 002503030010000 | 血清总胆固醇测定
            L3      | M1       | 2024-03-02 08:00 | 002503030020000 | 血清甘油三酯测定
        """,
    },
)

LAWFUL = {
    "one single test": HIT.but("血清甘油三酯测定", "葡萄糖测定"),
    "a later sample": HIT.but("L3 | M1 | 2024-03-02 08:00", "L3 | M1 | 2024-03-02 10:01"),
    "tests without the panel": HIT.but("血脂组合测定", "尿素测定"),
}


def test_panel_and_parts_is_found(city):
    findings = found(panel_and_parts, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["related_bkkp_sns"].to_list() == [["L1"]]


@pytest.mark.parametrize("why", LAWFUL)
def test_panel_and_parts_lets_pass(city, why):
    assert found(panel_and_parts, city(**LAWFUL[why].tables), **HIT.params).is_empty()
