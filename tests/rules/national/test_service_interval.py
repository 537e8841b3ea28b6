"""Glycated haemoglobin shows two months."""

from __future__ import annotations

import pytest

from models.rules.national.service_interval import service_interval
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L2"],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | hilist_name   | fixmedins_code
            L1      | M1       | 2024-03-01    | 002503020030000 | 糖化血红蛋白测定      | H1
            L2      | M2       | 2024-03-30    | 002503020030100 | 糖化血红蛋白测定(色谱法) | H1
        """,
    },
)

LAWFUL = {
    "half the interval has passed": HIT.but("2024-03-30", "2024-03-31"),
    "another hospital's test": HIT.but("(色谱法) | H1", "(色谱法) | H2"),
    "two lines of one day": HIT.but("2024-03-30", "2024-03-01"),
}


def test_service_interval_is_found(city):
    findings = found(service_interval, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["related_bkkp_sns"].to_list() == [["L1"]]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_interval_lets_pass(city, why):
    assert found(service_interval, city(**LAWFUL[why].tables), **HIT.params).is_empty()


def test_a_stay_that_repeats_what_it_has_just_measured_is_found_and_a_new_stay_may_measure_anew(city):
    fee = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | hilist_name | fixmedins_code | med_type\n"
    stays = "mdtrt_id | begntime | endtime | fixmedins_code\nM1 | 2024-03-01 | 2024-03-09 | H1\nM2 | 2024-03-20 | 2024-03-25 | H1\n"
    lines = [("L1", "M1", "2024-03-02"), ("L2", "M1", "2024-03-06"), ("L3", "M2", "2024-03-21")]
    t = city(mdtrt_d=stays, fee_list_d=fee + "".join(f"{sn} | {m} | {d} | 002503020030000 | 糖化血红蛋白测定 | H1 | 21\n" for sn, m, d in lines))
    assert lines_of(found(service_interval, t)) == [["L2"]]
