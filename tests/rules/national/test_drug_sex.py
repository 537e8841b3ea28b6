"""A vaginal drug for a man."""

from __future__ import annotations

import pytest

from models.rules.national.drug_sex import drug_sex
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
            M1       | 2024-03-02 08:00 | 2024-03-02 11:00 | 11
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code          | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | ZD03AAA0043010100166 | 艾附暖宫丸       | 10
        """,
    },
)

LAWFUL = {
    "a woman": HIT.but("| 1    |", "| 2    |"),
    "an unknown sex": HIT.but("| 1    |", "| 9    |"),
    "bought at a pharmacy from the family account": HIT.but("| 11", "| 41"),
    "paid by the patient": HIT.but("| 10", "| 0"),
}


def test_drug_sex_is_found(city):
    findings = found(drug_sex, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_sex_lets_pass(city, why):
    assert found(drug_sex, city(**LAWFUL[why].tables), **HIT.params).is_empty()


def test_a_person_whose_diagnoses_show_the_other_sex_is_wrongly_registered(city):
    visits = """
        mdtrt_id | begntime   | endtime    | med_type | dscg_maindiag_code
        M1       | 2024-03-02 | 2024-03-02 | 11       |
        M2       | 2024-01-02 | 2024-01-02 | 11       | N76.000
        M3       | 2024-02-02 | 2024-02-02 | 11       | O20.000
    """
    assert found(drug_sex, city(**{**HIT.tables, "mdtrt_d": visits})).is_empty()
    once = visits.replace("N76.000", "I10.x00")
    assert found(drug_sex, city(**{**HIT.tables, "mdtrt_d": once})).height == 1


def test_a_pharmacy_purchase_paid_by_the_pool_is_for_the_insured_alone(city):
    settled = "setl_id | mdtrt_id | hifp_pay\nSM1 | M1 | 7"
    assert found(drug_sex, city(**HIT.but("| 11", "| 41").tables, setl_d=settled)).height == 1
