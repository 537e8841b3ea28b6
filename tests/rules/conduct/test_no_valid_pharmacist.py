"""A pharmacy sells on after its last pharmacist's registration ended."""

from __future__ import annotations

import pytest

from models.rules.conduct.no_valid_pharmacist import no_valid_pharmacist
from tests.rules.conduct.draw import day, table
from tests.rules.support import found

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric cnt init_feedetl_sn"
PHARMACIST = "phar_code phar_prac_cert_no pracins_no reg_time expy_endtime nemp_time"
TABLET = "XC08CAA168A001010102459"


def shops(city, until: str | None = "2024-03-05", *, days: int = 35, item: str = TABLET, left: str | None = None, more=(), lapsed: int = 1, undo=()):
    """Nine shops sell every day from 1 March; the last registration of ``lapsed`` of them ends on ``until`` (or leaves on ``left``)."""
    fees = [(f"L{s}{n}", f"M{s}{n}", f"Q{s}{n}", f"P{s}", f"{day(n)} 10:00", item, 40, 1, None) for s in range(9) for n in range(days)]
    staff = [(f"Y{s}", f"Z{s}", f"P{s}", "2020-01-01", until if s < lapsed else "2030-01-01", left if s < lapsed else None) for s in range(9)]
    return city(fee_list_d=table(FEE, [*fees, *undo]), phar_info_b=table(PHARMACIST, [*staff, *more]))


def test_a_month_of_sales_after_the_last_registration_expired_is_found_without_an_amount(city):
    findings = found(no_valid_pharmacist, shops(city))
    assert findings.select("kind", "fixmedins_code", "amount_at_issue").rows() == [("licence_rental", "P0", 0.0)]
    assert "登记至2024-03-05止" in findings["evidence"][0]
    assert "30天、30人次" in findings["evidence"][0]


def test_a_pharmacist_who_left_leaves_the_shop_as_an_expired_one_does(city):
    assert found(no_valid_pharmacist, shops(city, "2030-01-01", left="2024-03-05")).height == 1


@pytest.mark.parametrize(("days", "hits"), [(34, 0), (35, 1)])
def test_thirty_days_of_sales_are_the_boundary(city, days, hits):
    assert found(no_valid_pharmacist, shops(city, days=days)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("a second pharmacist is registered", {"more": [("Y9", "Z9", "P0", "2023-01-01", "2030-01-01", None)]}),
        ("the registration names no end", {"until": None}),
        ("the register is out of date for much of the city", {"lapsed": 2}),
        ("goods that are no drugs", {"item": "C010101"}),
    ],
)
def test_lawful_or_unproven(city, why, change):
    assert found(no_valid_pharmacist, shops(city, **change)).is_empty(), why


def test_a_sale_taken_back_is_no_day_of_sales(city):
    undo = [("B", "M020", "Q020", "P0", f"{day(20)} 10:00", TABLET, 40, -1, "L020")]
    assert found(no_valid_pharmacist, shops(city, undo=undo)).is_empty()


def test_two_sales_on_a_day_are_one_day(city):
    again = [("L0x", "M0x", "Q0x", "P0", f"{day(33)} 11:00", TABLET, 40, 1, None)]
    assert found(no_valid_pharmacist, shops(city, days=34, undo=again)).is_empty()


def test_a_registration_that_names_no_house_says_nothing(city):
    assert found(no_valid_pharmacist, shops(city, more=[("Y9", "Z9", None, "2023-01-01", "2030-01-01", None)])).height == 1
