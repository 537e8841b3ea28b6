"""Excluded herbal pieces are never paid."""

from __future__ import annotations

import pytest

from models.rules.national.herb_never_paid import herb_never_paid
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | T001700233  | 阿胶          | 10
        """,
    },
)

LAWFUL = {
    "another piece whose name holds the word": HIT.but("T001700233", "T009999999").but("阿胶", "阿胶珠"),
    "paid by the patient": HIT.but("| 10", "| 0"),
}

STILL_A_HIT = {
    "a local code with the exact name": HIT.but("T001700233", "T009999999"),
}


def test_herb_never_paid_is_found(city):
    findings = found(herb_never_paid, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_herb_never_paid_lets_pass(city, why):
    assert found(herb_never_paid, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_herb_never_paid_still_finds(city, why):
    assert lines_of(found(herb_never_paid, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
