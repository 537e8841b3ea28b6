"""A gall bladder removed from a patient with a cataract."""

from __future__ import annotations

import pytest

from models.rules.national.diagnosis_operation import diagnosis_operation
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=[],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | H25.900
        """,
        "mdcs_fund_setl_list_d": """
            setl_id | mdtrt_id | psn_no | fixmedins_code
            SM1     | M1       | P1     | H1
        """,
        "mdcs_fund_setl_list_oprn_d": """
            setl_list_oprn_id | setl_id | psn_no | main_oprn_flag | oprn_oprt_code | oprn_oprt_name | oprn_oprt_date
            1                 | SM1     | P1     | 1              | 51.2300        | 腹腔镜下胆囊切除术      | 2024-03-02
        """,
        "mdcs_fund_setl_list_diag_d": """
            setl_list_diag_id | setl_id | psn_no | maindiag_flag | diag_code | diag_name
            1                 | SM1     | P1     | 1             | H25.900   | 高血压
            2                 | SM1     | P1     | 0             | H60.900   | 2型糖尿病
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 003310060040000 | 项目          | 10
        """,
    },
)

LAWFUL = {
    "cholecystitis among the diagnoses": HIT.but("H60.900", "K81.100"),
    "a neighbouring code of the same organ": HIT.but("H60.900", "K83.900"),
    "a tumour": HIT.but("H60.900", "C25.900"),
    "an operation the list does not know": HIT.but("51.2300", "81.5100"),
}


def test_diagnosis_operation_is_found(city):
    findings = found(diagnosis_operation, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_diagnosis_operation_lets_pass(city, why):
    assert found(diagnosis_operation, city(**LAWFUL[why].tables), **HIT.params).is_empty()
