"""Finasteride is paid for an enlarged prostate."""

from __future__ import annotations

import pytest

from models.rules.national.drug_indication import drug_indication
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | I10.x00
        """,
        "mdcs_fund_setl_list_d": """
            setl_id | mdtrt_id | psn_no | fixmedins_code
            SM1     | M1       | P1     | H1
        """,
        "mdcs_fund_setl_list_diag_d": """
            setl_list_diag_id | setl_id | psn_no | maindiag_flag | diag_code | diag_name
            1                 | SM1     | P1     | 1             | I10.x00   | 高血压
            2                 | SM1     | P1     | 0             | H60.900   | 2型糖尿病
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | XG04CBF019E001010101475 | 非那雄胺胶囊      | 10
        """,
    },
)

LAWFUL = {
    "a secondary diagnosis that fits": HIT.but("H60.900", "N40.x00"),
    "the same disease recorded at another visit": HIT.and_("mdtrt_d", "M2 | 2023-01-01 | 2023-01-01 | 11 | N40.x00"),
    "one listed diagnosis only: the record may hold more": HIT.but("| 0             | H60.900", "| 0             | -"),
    "the same disease in two codes": HIT.but("H60.900   | 2型糖尿病", "I10.x09   | 高血压3级"),
    "one disease and its name in Chinese medicine": HIT.but(
        "psn_no | maindiag_flag | diag_code | diag_name\n", "psn_no | maindiag_flag | diag_code | diag_name | diag_type\n"
    )
    .but("I10.x00   | 高血压\n", "I10.x00   | 高血压 | 1\n")
    .but("H60.900   | 2型糖尿病\n", "A17.07   | 眩晕病 | 2\n"),
    "paid by the patient": HIT.but("| 10", "| 0"),
}


def test_drug_indication_is_found(city):
    findings = found(drug_indication, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_indication_lets_pass(city, why):
    assert found(drug_indication, city(**LAWFUL[why].tables), **HIT.params).is_empty()
