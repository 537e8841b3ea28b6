"""A dialyser belongs to nephrology."""

from __future__ import annotations

import pytest

from models.rules.national.consumable_department import consumable_department
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
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code                 | hilist_name | inscp_amt | bilg_dept_name
            L1      | M1       | 2024-03-02 09:00 | C11020100400001000000030100 | 血液透析器(空心纤维) | 10        | 眼科
        """,
    },
)

LAWFUL = {
    "the dialysis room": HIT.but("眼科", "血透室"),
    "an unknown department": HIT.but("眼科", "-"),
}


def test_consumable_department_is_found(city):
    findings = found(consumable_department, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_consumable_department_lets_pass(city, why):
    assert found(consumable_department, city(**LAWFUL[why].tables), **HIT.params).is_empty()
