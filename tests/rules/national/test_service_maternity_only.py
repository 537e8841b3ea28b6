"""Family planning belongs to the maternity insurance."""

from __future__ import annotations

import pytest

from models.rules.national.service_maternity_only import service_maternity_only
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | insutype | dscg_maindiag_code
            M1       | 2024-03-02 08:00 | 2024-03-02 11:00 | 11       | 310      | N92.000
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 003112010500000 | 宫内节育器放置术    | 10
        """,
    },
)

LAWFUL = {
    "a maternity visit": HIT.but("| 11", "| 51"),
    "maternity insurance": HIT.but("| 310", "| 510"),
    "an obstetric diagnosis": HIT.but("N92.000", "O20.000"),
}


def test_service_maternity_only_is_found(city):
    findings = found(service_maternity_only, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_maternity_only_lets_pass(city, why):
    assert found(service_maternity_only, city(**LAWFUL[why].tables), **HIT.params).is_empty()
