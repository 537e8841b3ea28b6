"""A code of no subcategory."""

from __future__ import annotations

import pytest

from models.rules.national.operation_code import operation_code
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=[],
    tables={
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
            1                 | SM1     | P1     | 1              | 99Z900         | 不明操作           | 2024-03-02
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 001102000050000 | 项目          | 10
        """,
    },
)

LAWFUL = {
    "a known operation": HIT.but("99Z900", "51.2300"),
    "a city's own extension": HIT.but("99Z900", "51.2300x999"),
    "no code": HIT.but("99Z900", "-"),
}


def test_operation_code_is_found(city):
    findings = found(operation_code, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_operation_code_lets_pass(city, why):
    assert found(operation_code, city(**LAWFUL[why].tables), **HIT.params).is_empty()
