"""A uterine operation on a man."""

from __future__ import annotations

import pytest

from models.rules.national.operation_sex import operation_sex
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=[],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 1    | 1960-01-01
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "mdcs_fund_setl_list_d": """
            setl_id | mdtrt_id | psn_no | fixmedins_code
            SM1     | M1       | P1     | H1
        """,
        "mdcs_fund_setl_list_oprn_d": """
            setl_list_oprn_id | setl_id | psn_no | main_oprn_flag | oprn_oprt_code | oprn_oprt_name | oprn_oprt_date
            1                 | SM1     | P1     | 1              | 68.3903        | 子宫角切除术         | 2024-03-02
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 003313030130000 | 项目          | 10
        """,
    },
)

LAWFUL = {
    "a woman": HIT.but("| 1    |", "| 2    |"),
    "an operation both can have": HIT.but("68.3903", "51.2300"),
}


def test_operation_sex_is_found(city):
    findings = found(operation_sex, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_operation_sex_lets_pass(city, why):
    assert found(operation_sex, city(**LAWFUL[why].tables), **HIT.params).is_empty()
