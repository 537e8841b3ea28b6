"""A consumable for children."""

from __future__ import annotations

import pytest

from models.rules.national.consumable_child_only import consumable_child_only
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 1    | 1960-01-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code                 | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | C03010300300002000000020100 | 小儿导管        | 10
        """,
    },
)

LAWFUL = {
    "a child": HIT.but("1960-01-01", "2015-01-01"),
    "a common catheter": HIT.but("小儿导管", "导管"),
}

STILL_A_HIT = {
    "nineteen": HIT.but("1960-01-01", "2005-03-01"),
}


def test_consumable_child_only_is_found(city):
    findings = found(consumable_child_only, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_consumable_child_only_lets_pass(city, why):
    assert found(consumable_child_only, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_consumable_child_only_still_finds(city, why):
    assert lines_of(found(consumable_child_only, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
