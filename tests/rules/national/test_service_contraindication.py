"""No hyperbaric oxygen with a pneumothorax."""

from __future__ import annotations

import pytest

from models.rules.national.service_contraindication import service_contraindication
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | dscg_maindiag_code
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | J93.900
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | 003106070010000 | 高压氧舱治疗      | 10
        """,
    },
)

LAWFUL = {
    "carbon monoxide": HIT.but("J93.900", "T58.x00"),
    "ordinary oxygen": HIT.but("高压氧舱治疗", "氧气吸入"),
}


def test_service_contraindication_is_found(city):
    findings = found(service_contraindication, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_contraindication_lets_pass(city, why):
    assert found(service_contraindication, city(**LAWFUL[why].tables), **HIT.params).is_empty()
