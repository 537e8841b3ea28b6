"""A consumable for newborns."""

from __future__ import annotations

import pytest

from models.rules.national.consumable_newborn_only import consumable_newborn_only
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
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | I10.x00
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code                 | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | C03010300300002000000020100 | 新生儿留置针      | 10
        """,
    },
)

LAWFUL = {
    "a newborn": HIT.but("1960-01-01", "2024-02-28"),
    "the mother's record": HIT.but("I10.x00", "O80.000"),
    "a common needle": HIT.but("新生儿留置针", "静脉留置针"),
}


def test_consumable_newborn_only_is_found(city):
    findings = found(consumable_newborn_only, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_consumable_newborn_only_lets_pass(city, why):
    assert found(consumable_newborn_only, city(**LAWFUL[why].tables), **HIT.params).is_empty()
