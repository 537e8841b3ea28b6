"""A drug's code on the list of services."""

from __future__ import annotations

import pytest

from models.rules.national.line_contradiction import line_contradiction
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code             | hilist_name | inscp_amt | list_type
            L1      | M1       | 2024-03-02 09:00 | XC08CAA168A001010101748 | 项目          | 10        | 201
        """,
    },
)

LAWFUL = {
    "on the list of drugs": HIT.but("| 201", "| 101"),
    "an own preparation": HIT.but("| 201", "| 103"),
}


def test_line_contradiction_is_found(city):
    findings = found(line_contradiction, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_line_contradiction_lets_pass(city, why):
    assert found(line_contradiction, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize(("total", "hits"), [("100.00", 0), ("101.00", 0), ("105.00", 0), ("110.00", 1)])
def test_a_sum_may_differ_by_rounding_only(city, total, hits):
    fees = f"bkkp_sn | hilist_code | cnt | pric | det_item_fee_sumamt | inscp_amt\nL1 | 001102000050000 | 10 | 10 | {total} | 50"
    assert found(line_contradiction, city(fee_list_d=fees)).height == hits
