"""Parenteral nutrition is paid for in-patients."""

from __future__ import annotations

import pytest

from models.rules.national.drug_setting import drug_setting
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
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | XB05BAU006B002010100454 | 脂肪乳         | 10
        """,
    },
)

LAWFUL = {
    "an in-patient": HIT.but("| 11", "| 21"),
    "a day-surgery stay": HIT.but("| 11", "| 28"),
}

STILL_A_HIT = {
    "an emergency is no admission": HIT.but("| 11", "| 13"),
}


def test_drug_setting_is_found(city):
    findings = found(drug_setting, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["certainty"].to_list() == ["definite"]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_setting_lets_pass(city, why):
    assert found(drug_setting, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_drug_setting_still_finds(city, why):
    assert lines_of(found(drug_setting, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]


def test_a_drug_for_emergencies_is_paid_there(city):
    bezoar = HIT.but("XB05BAU006B002010100454", "ZA07AAA0061010100166")
    assert found(drug_setting, city(**bezoar.tables)).height == 1
    assert found(drug_setting, city(**bezoar.but("| 11", "| 13").tables)).is_empty()


@pytest.mark.parametrize(("houses", "findings"), [(4, 4), (5, 0)])
def test_what_most_hospitals_of_the_city_do_is_practice_and_what_fewer_do_is_not(city, houses, findings):
    lines = "\n".join(f"L{n} | H{n} | 2024-03-02 09:00 | XB05BAU006B002010100454" for n in range(houses))
    t = city(fee_list_d=f"bkkp_sn | fixmedins_code | fee_ocur_time | hilist_code\n{lines}")
    assert found(drug_setting, t).height == findings
