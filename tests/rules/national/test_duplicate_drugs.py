"""Two statins, again and again."""

from __future__ import annotations

import pytest

from models.rules.national.duplicate_drugs import duplicate_drugs
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L2"],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code             | hilist_name | pric
            L1      | M1       | 2024-03-02    | XC10AAA022A001010101518 | 阿托伐他汀钙片     | 40
            L2      | M1       | 2024-03-02    | XC10AAR001A001010100001 | 瑞舒伐他汀钙片     | 30
        """,
    },
    params={"days_min": 1},
)

LAWFUL = {
    "another visit": HIT.but("L2 | M1", "L2 | M2"),
    "two makers of one drug": HIT.but("XC10AAR001A", "XC10AAA022A"),
    "an injection beside tablets": HIT.but("XC10AAR001A", "XC10AAR001B"),
    "a class that is lawfully combined": HIT.but("XC10AA", "XN03AX"),
}


def test_duplicate_drugs_is_found(city):
    findings = found(duplicate_drugs, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["related_bkkp_sns"].to_list() == [["L1"]]


@pytest.mark.parametrize("why", LAWFUL)
def test_duplicate_drugs_lets_pass(city, why):
    assert found(duplicate_drugs, city(**LAWFUL[why].tables), **HIT.params).is_empty()


def test_one_day_may_be_the_change_from_one_drug_to_the_other(city):
    assert found(duplicate_drugs, city(**HIT.tables)).is_empty()
    again = HIT.and_("fee_list_d", "L3 | M3 | 2024-04-02 | XC10AAA022A001010101518 | 阿托伐他汀钙片 | 40")
    again = again.and_("fee_list_d", "L4 | M3 | 2024-04-02 | XC10AAR001A001010100001 | 瑞舒伐他汀钙片 | 30")
    assert lines_of(found(duplicate_drugs, city(**again.tables))) == [["L2"], ["L4"]]
