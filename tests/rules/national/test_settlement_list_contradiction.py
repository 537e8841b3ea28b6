"""The list says another sex."""

from __future__ import annotations

import pytest

from models.rules.national.settlement_list_contradiction import settlement_list_contradiction
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
            setl_id | mdtrt_id | psn_no | fixmedins_code | gend | age | act_ipt_days | lv1_nurscare_days
            SM1     | M1       | P1     | H1             | 2    | 64  | 8            | 8
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 001102000050000 | 项目          | 10
        """,
    },
)

LAWFUL = {
    "the registered sex": HIT.but("| 2 | 64", "| 1 | 64"),
    "no sex given": HIT.but("| 2 | 64", "| - | 64"),
    "a stay of a year and a half, in which the patient grew two years older": HIT.but(
        "| 2 | 64 | 8            | 8", "| 1 | 65 | -            | -"
    ).but("2024-03-01 08:00", "2022-08-01 08:00"),
    "counting both days and one more": HIT.but("| 2 | 64 | 8", "| 1 | 64 | 9"),
}

STILL_A_HIT = {
    "ten days of a stay of eight": HIT.but("| 2 | 64 | 8", "| 1 | 64 | 10"),
    "two years too old": HIT.but("| 2 | 64", "| 1 | 66"),
    "more nursing days than days": HIT.but("| 2 | 64 | 8 | 8", "| 1 | 64 | 8 | 10"),
}


def test_settlement_list_contradiction_is_found(city):
    findings = found(settlement_list_contradiction, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_settlement_list_contradiction_lets_pass(city, why):
    assert found(settlement_list_contradiction, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_settlement_list_contradiction_still_finds(city, why):
    assert lines_of(found(settlement_list_contradiction, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
