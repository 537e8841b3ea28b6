"""A contrast medium without any imaging."""

from __future__ import annotations

import pytest

from models.rules.national.drug_without_service import drug_without_service
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | XV08ABD001B002010100001 | 碘海醇注射液      | 10
        """,
    },
)

LAWFUL = {
    "the service in the same visit": HIT.and_("fee_list_d", "L2 | M1 | 2024-03-08 09:00 | 002103000030000 | 项目 | 10"),
    "the service elsewhere": HIT.and_("fee_list_d", "L2 | M2 | 2024-03-05 09:00 | 002103000030000 | 项目 | 10"),
    "a visit not settled yet": HIT.but("hilist_name | inscp_amt", "hilist_name | inscp_amt | setl_id").but("| 10", "| 10 | -"),
}

STILL_A_HIT = {
    "the service long before": HIT.and_("fee_list_d", "L2 | M2 | 2023-11-01 09:00 | 002103000030000 | 项目 | 10"),
}


def test_drug_without_service_is_found(city):
    findings = found(drug_without_service, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_without_service_lets_pass(city, why):
    assert found(drug_without_service, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_drug_without_service_still_finds(city, why):
    assert lines_of(found(drug_without_service, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
