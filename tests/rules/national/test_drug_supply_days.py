"""No prescription lasts longer than three months."""

from __future__ import annotations

import pytest

from models.rules.national.drug_supply_days import drug_supply_days
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-02 08:00 | 2024-03-02 11:00 | 11
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt | cnt | prd_days
            L1      | M1       | 2024-03-02 09:00 | XC08CAA168A001010101748 | 项目          | 10        | 13  | 104
        """,
    },
)

LAWFUL = {
    "ninety days": HIT.but("| 104", "| 90"),
    "ninety days and a part of a pack": HIT.but("| 104", "| 97"),
    "one pack cannot be split": HIT.but("| 13 |", "| 1 |"),
    "a slip of the keyboard": HIT.but("| 104", "| 910"),
    "an in-patient": HIT.but("| 11", "| 21"),
    "no days given": HIT.but("| 104", "| -"),
}

STILL_A_HIT = {
    "a whole year": HIT.but("| 104", "| 366"),
}


def test_drug_supply_days_is_found(city):
    findings = found(drug_supply_days, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_supply_days_lets_pass(city, why):
    assert found(drug_supply_days, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_drug_supply_days_still_finds(city, why):
    assert lines_of(found(drug_supply_days, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
