"""The plain pass of an enhanced scan charged beside it."""

from __future__ import annotations

import pytest

from models.rules.conduct.plain_and_enhanced_scan import plain_and_enhanced_scan
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name pric cnt init_feedetl_sn"
PLAIN, ENHANCED = ("002103000010000", "X线计算机体层(CT)平扫"), ("002103000020000", "X线计算机体层(CT)增强扫描")


def scans(city, persons: int = 5, *, at: str = "10:05", plain=PLAIN, alone: int = 0, others: int = 0, extra=()):
    """H1 scans ``persons`` with contrast at 10:00 and charges a plain scan at ``at``; ``alone`` more have only contrast. H2 scans 20 with contrast,
    of whom ``others`` have both."""
    rows = []
    for house, number, both in (("H1", persons + alone, persons), ("H2", 20, others)):
        for n in range(number):
            visit = (f"M{house}{n}", f"P{house}{n}", house)
            rows.append((f"E{house}{n}", *visit, f"{day(n)} 10:00", *ENHANCED, 600, 1, None))
            if n < both:
                rows.append((f"N{house}{n}", *visit, f"{day(n)} {at}", *plain, 300, 1, None))
    return city(fee_list_d=table(FEE, [*rows, *extra]))


def test_the_plain_scan_is_at_fault_and_the_enhanced_one_stands_beside_it(city):
    findings = found(plain_and_enhanced_scan, scans(city))
    assert lines_of(findings) == [["NH10"], ["NH11"], ["NH12"], ["NH13"], ["NH14"]]
    assert findings["related_bkkp_sns"].to_list()[0] == ["EH10"]
    assert findings.select("kind", "amount_at_issue").row(0) == ("split_billing", 300.0)


@pytest.mark.parametrize(("persons", "hits"), [(4, 0), (5, 5)])
def test_five_persons_are_the_boundary(city, persons, hits):
    assert found(plain_and_enhanced_scan, scans(city, persons)).height == hits


@pytest.mark.parametrize(("at", "hits"), [("11:00", 5), ("11:01", 0)])
def test_an_hour_apart_is_the_boundary(city, at, hits):
    assert found(plain_and_enhanced_scan, scans(city, at=at)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("the plain scan is of another part", {"plain": (PLAIN[0], PLAIN[1] + "(头颅)")}),
        ("the plain scan is by the other apparatus", {"plain": ("002102000010000", "磁共振平扫")}),
        ("it is the exception in this house", {"alone": 6}),
        ("the city's price list charges both", {"others": 10}),
    ],
)
def test_what_is_no_habit_of_this_house(city, why, change):
    assert found(plain_and_enhanced_scan, scans(city, **change)).is_empty(), why


def test_a_plain_scan_taken_back_is_gone(city):
    undo = [("B0", "MH10", "PH10", "H1", f"{day(0)} 10:05", *PLAIN, 300, -1, "NH10")]
    assert found(plain_and_enhanced_scan, scans(city, extra=undo)).is_empty()


def test_a_second_enhanced_line_makes_no_second_fault_of_one_plain_scan(city):
    again = [("E0b", "MH10", "PH10", "H1", f"{day(0)} 10:00", *ENHANCED, 600, 1, None)]
    assert lines_of(found(plain_and_enhanced_scan, scans(city, extra=again)))[0] == ["NH10"]


def test_a_line_without_a_name_is_no_scan(city):
    nameless = [("X0", "MX0", "PX0", "H1", f"{day(0)} 10:00", ENHANCED[0], None, 600, 1, None)]
    assert found(plain_and_enhanced_scan, scans(city, extra=nameless)).height == 5
