"""One dialyser a treatment."""

from __future__ import annotations

import pytest

from models.rules.national.consumable_quantity import consumable_quantity
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L2"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code                 | hilist_name | cnt
            D1      | M1       | 2024-03-02    | 003110000060000             | 血液透析        | 1
            L1      | M1       | 2024-03-02    | C11020100400001000000030100 | 血液透析器(空心纤维) | 3
            L2      | M1       | 2024-03-03    | C11020100400001000000030100 | 血液透析器(空心纤维) | 1
        """,
    },
)

LAWFUL = {
    "two spare ones a month": HIT.but("血液透析器(空心纤维) | 1", "血透管路 | 1"),
    "one treatment more": HIT.but("血液透析 | 1", "血液透析 | 2"),
    "no treatment at all is another rule's": HIT.but("003110000060000", "003110000990000"),
}


def test_consumable_quantity_is_found(city):
    findings = found(consumable_quantity, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_consumable_quantity_lets_pass(city, why):
    assert found(consumable_quantity, city(**LAWFUL[why].tables), **HIT.params).is_empty()
