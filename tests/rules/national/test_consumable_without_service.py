"""A dialyser without dialysis."""

from __future__ import annotations

import pytest

from models.rules.national.consumable_without_service import consumable_without_service
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code                 | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | C11020100400001000000030100 | 血液透析器       | 10
        """,
    },
)

LAWFUL = {
    "the service in the same visit": HIT.and_("fee_list_d", "L2 | M1 | 2024-03-08 09:00 | 003110000060000 | 项目 | 10"),
    "the service elsewhere": HIT.and_("fee_list_d", "L2 | M2 | 2024-03-05 09:00 | 003110000060000 | 项目 | 10"),
    "a visit not settled yet": HIT.but("hilist_name | inscp_amt", "hilist_name | inscp_amt | setl_id").but("| 10", "| 10 | -"),
}

STILL_A_HIT = {
    "the service long before": HIT.and_("fee_list_d", "L2 | M2 | 2023-11-01 09:00 | 003110000060000 | 项目 | 10"),
}


def test_consumable_without_service_is_found(city):
    findings = found(consumable_without_service, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_consumable_without_service_lets_pass(city, why):
    assert found(consumable_without_service, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_consumable_without_service_still_finds(city, why):
    assert lines_of(found(consumable_without_service, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
