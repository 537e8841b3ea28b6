"""A uterine device for a man."""

from __future__ import annotations

import pytest

from models.rules.national.consumable_sex import consumable_sex
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
            L1      | M1       | 2024-03-02 09:00 | C12010203100001000000080200 | 子宫颈扩张器      | 10
        """,
    },
)

LAWFUL = {
    "a woman": HIT.but("| 1    |", "| 2    |"),
    "a drug whose name says the organ is no consumable": HIT.but("C12010203100001000000080200", "XG01AFK001D001010100001"),
}


def test_consumable_sex_is_found(city):
    findings = found(consumable_sex, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_consumable_sex_lets_pass(city, why):
    assert found(consumable_sex, city(**LAWFUL[why].tables), **HIT.params).is_empty()
