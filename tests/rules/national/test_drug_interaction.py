"""Bosentan with glibenclamide."""

from __future__ import annotations

import pytest

from models.rules.national.drug_interaction import drug_interaction
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L2"],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code             | hilist_name
            L1      | M1       | 2024-03-02    | XC02KXB001A001010100001 | 波生坦片
            L2      | M1       | 2024-03-02    | XA10BBG001A001010100001 | 格列本脲片
        """,
    },
)

LAWFUL = {
    "another day": HIT.but("L2 | M1 | 2024-03-02", "L2 | M1 | 2024-03-03"),
    "another antidiabetic": HIT.but("格列本脲片", "二甲双胍片"),
    "another visit": HIT.but("L2 | M1", "L2 | M2"),
}


def test_drug_interaction_is_found(city):
    findings = found(drug_interaction, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["related_bkkp_sns"].to_list() == [["L1"]]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_interaction_lets_pass(city, why):
    assert found(drug_interaction, city(**LAWFUL[why].tables), **HIT.params).is_empty()
