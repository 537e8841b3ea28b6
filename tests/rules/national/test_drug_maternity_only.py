"""Drugs of childbirth belong to the maternity insurance."""

from __future__ import annotations

import pytest

from models.rules.national.drug_maternity_only import drug_maternity_only
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | insutype | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | 310      | N92.000
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | XG02ADD082D003010179504 | 项目          | 10
        """,
    },
)

LAWFUL = {
    "a maternity stay": HIT.but("| 21 ", "| 52 "),
    "an obstetric diagnosis": HIT.but("N92.000", "O80.000"),
    "maternity insurance": HIT.but("310", "510"),
    "paid by the patient": HIT.but("| 10", "| 0"),
}

STILL_A_HIT = {
    "the last diagnosis before the obstetric chapter": HIT.but("N92.000", "N99.900"),
}


def test_drug_maternity_only_is_found(city):
    findings = found(drug_maternity_only, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_maternity_only_lets_pass(city, why):
    assert found(drug_maternity_only, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_drug_maternity_only_still_finds(city, why):
    assert lines_of(found(drug_maternity_only, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
