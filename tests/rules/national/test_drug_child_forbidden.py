"""Fluoroquinolones are forbidden under eighteen."""

from __future__ import annotations

import pytest

from models.rules.national.drug_child_forbidden import drug_child_forbidden
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "psn_info_b": """
            psn_no | gend | brdy
            P1     | 1    | 2006-03-02
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | XJ01MAZ001B002010100001 | 左氧氟沙星氯化钠注射液 | 10
        """,
    },
)

LAWFUL = {
    "eighteen on the day of admission": HIT.but("2006-03-02", "2006-03-01"),
    "eye drops": HIT.but("XJ01MA", "XS01AE"),
    "an unknown birthday": HIT.but("2006-03-02", "-"),
}


def test_drug_child_forbidden_is_found(city):
    findings = found(drug_child_forbidden, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_child_forbidden_lets_pass(city, why):
    assert found(drug_child_forbidden, city(**LAWFUL[why].tables), **HIT.params).is_empty()


def test_a_safety_finding_carries_no_amount(city):
    assert found(drug_child_forbidden, city(**HIT.tables)).select("amount_at_issue", "fund_loss").row(0) == (0.0, 0.0)
