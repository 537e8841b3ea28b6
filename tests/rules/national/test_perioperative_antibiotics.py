"""Prophylaxis ends two days after a clean operation."""

from __future__ import annotations

import pytest

from models.rules.national.perioperative_antibiotics import perioperative_antibiotics
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1", "L2"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | E04.900
        """,
        "mdcs_fund_setl_list_d": """
            setl_id | mdtrt_id | psn_no | fixmedins_code
            SM1     | M1       | P1     | H1
        """,
        "mdcs_fund_setl_list_oprn_d": """
            setl_list_oprn_id | setl_id | psn_no | main_oprn_flag | oprn_oprt_code | oprn_oprt_name | oprn_oprt_date
            1                 | SM1     | P1     | 1              | 06.2x00        | 甲状腺叶切除术        | 2024-03-02
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code             | hilist_name
            L1      | M1       | 2024-03-05    | XJ01DDT035B001010102858 | 注射用头孢曲松钠
            L2      | M1       | 2024-03-06    | XJ01DDT035B001010102858 | 注射用头孢曲松钠
        """,
    },
)

LAWFUL = {
    "one late day may be late posting": HIT.but("L2 | M1 | 2024-03-06", "L2 | M1 | 2024-03-05"),
    "within two days": HIT.but("2024-03-05", "2024-03-03").but("2024-03-06", "2024-03-04"),
    "an infection": HIT.but("E04.900", "J18.900"),
    "an operation that is not clean": HIT.but("06.2x00", "47.0100"),
    "no date of operation": HIT.but("| 2024-03-02", "| -"),
}


def test_perioperative_antibiotics_is_found(city):
    findings = found(perioperative_antibiotics, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_perioperative_antibiotics_lets_pass(city, why):
    assert found(perioperative_antibiotics, city(**LAWFUL[why].tables), **HIT.params).is_empty()
