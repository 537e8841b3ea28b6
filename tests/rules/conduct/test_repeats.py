"""The same thing charged again: orders, day items, registrations, prescriptions."""

from __future__ import annotations

import pytest

from models.rules.conduct.day_item_charged_twice import day_item_charged_twice
from models.rules.conduct.identical_line_twice import identical_line_twice
from models.rules.conduct.repeated_registration import repeated_registration
from models.rules.conduct.split_prescriptions import split_prescriptions
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

ORDER = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric rx_drord_no bilg_dr_code cnt init_feedetl_sn"
CT, DRUG = "002103000010000", "XJ01CAA055E001010103754"


def orders(city, repeats: int, *, code: str = CT, time: str = "10:31", order: str = "R", elsewhere: int = 0, undo=()):
    """H1 and H2 post 400 orders each; the first ``repeats`` of H1's (``elsewhere`` of H2's) are posted twice."""
    rows = []
    for at, twice in (("H1", repeats), ("H2", elsewhere)):
        for n in range(400):
            line = (f"M{at}{n}", f"P{at}{n}", at, f"{day(n % 60)} {time}", code, 100, f"{order}{n}" if order else None, "D1", 1, None)
            rows.append((f"{at}a{n:03d}", *line))
            if n < twice:
                rows.append((f"{at}b{n:03d}", *line))
    return city(fee_list_d=table(ORDER, [*rows, *undo]))


def test_an_order_posted_twice_as_a_habit_is_found_with_the_second_line(city):
    findings = found(identical_line_twice, orders(city, 5))
    assert sorted(line for lines in lines_of(findings) for line in lines) == [f"H1b{n:03d}" for n in range(5)]
    assert findings.select("amount_at_issue", "fund_loss").row(0) == (100.0, 70.0)


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("four are interface faults", {"repeats": 4}),
        ("two boxes are two lines", {"repeats": 9, "code": DRUG}),
        ("a charge at midnight is a day's charge", {"repeats": 9, "time": "00:00"}),
        ("no order number", {"repeats": 9, "order": ""}),
        ("the whole city's interface does so", {"repeats": 9, "elsewhere": 9}),
    ],
)
def test_lawful_identical_lines(city, why, change):
    assert found(identical_line_twice, orders(city, **change)).is_empty(), why


def test_a_repeat_taken_back_is_gone(city):
    undo = [(f"U{n}", f"MH1{n}", f"PH1{n}", "H1", f"{day(n)} 12:00", CT, 100, f"R{n}", "D1", -1, f"H1b{n:03d}") for n in range(2)]
    assert found(identical_line_twice, orders(city, 6, undo=undo)).is_empty()


BED = "001109000010000"
STAY = "mdtrt_id psn_no begntime endtime dscg_maindiag_code"
DAYFEE = "bkkp_sn mdtrt_id fee_ocur_time hilist_code pric cnt bilg_dept_codg init_feedetl_sn"


def stay(city, doubled: int, *, second: tuple[str, str] = (BED, "A1"), dx: str = "J18.900", days: int = 5, undo=()):
    """A stay from 1 to 6 March with a bed a day for ``days`` days, and a second charge on the first ``doubled`` of them."""
    rows = [(f"B{n}", "M1", f"{day(n)} 00:00", BED, 40, 1, "A1", None) for n in range(days)]
    rows += [(f"X{n}", "M1", f"{day(n)} 00:00", second[0], 40, 1, second[1], None) for n in range(doubled)]
    return city(mdtrt_d=table(STAY, [("M1", "P1", "2024-03-01", "2024-03-06", dx)]), fee_list_d=table(DAYFEE, [*rows, *undo]))


def test_two_beds_a_day_on_two_days_are_found(city):
    findings = found(day_item_charged_twice, stay(city, 2))
    assert lines_of(findings) == [["X0", "X1"]]
    assert findings.select("kind", "amount_at_issue").row(0) == ("duplicate_charge", 80.0)


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("one day is a posting error", {"doubled": 1}),
        ("lines posted late: five charges for five days", {"doubled": 2, "days": 3}),
        ("another ward's bed on the day of moving", {"doubled": 2, "second": (BED, "B2")}),
        ("another item on the day of moving", {"doubled": 2, "second": ("001109000030000", "A1")}),
        ("mother and child on one account", {"doubled": 5, "dx": "O80.000"}),
    ],
)
def test_lawful_second_charges_of_a_day(city, why, change):
    assert found(day_item_charged_twice, stay(city, **change)).is_empty(), why


def test_two_bed_items_day_after_day_are_no_change_of_ward(city):
    findings = found(day_item_charged_twice, stay(city, 5, second=("001109000010300", "A1")))
    assert lines_of(findings) == [[f"X{n}" for n in range(5)]]


def stays_with_one_slip(city, slips: int, *, elsewhere: int = 0):
    """Forty stays of five nights at H1 and H2 with a bed every night; the first ``slips`` of H1's (``elsewhere`` of H2's) have two on one of them."""
    stays, lines = [], []
    for at, doubled in (("H1", slips), ("H2", elsewhere)):
        for n in range(40):
            visit = f"M{at}{n:02d}"
            stays.append((visit, f"P{at}{n}", at, "2024-03-01", "2024-03-06", "J18.900"))
            lines += [(f"{visit}B{k}", visit, f"{day(k)} 08:00", BED, 40, 1, "A1", None) for k in range(5)]
            if n < doubled:
                lines.append((f"{visit}X", visit, f"{day(2)} 21:00", BED, 40, 1, "A1", None))
    head = "mdtrt_id psn_no fixmedins_code begntime endtime dscg_maindiag_code"
    return city(mdtrt_d=table(head, stays), fee_list_d=table(DAYFEE, lines))


@pytest.mark.parametrize(("slips", "elsewhere", "hits"), [(4, 0, 4), (3, 0, 0), (4, 4, 0)])
def test_single_days_charged_twice_count_where_the_house_makes_a_habit_of_it(city, slips, elsewhere, hits):
    findings = found(day_item_charged_twice, stays_with_one_slip(city, slips, elsewhere=elsewhere))
    assert lines_of(findings) == [[f"MH1{n:02d}X"] for n in range(hits)]


def test_a_second_charge_taken_back_is_gone(city):
    undo = [(f"U{n}", "M1", f"{day(n)} 09:00", BED, 40, -1, "A1", f"X{n}") for n in range(2)]
    assert found(day_item_charged_twice, stay(city, 2, undo=undo)).is_empty()


VISIT_FEE = "001102000010000"
REGISTER = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric bilg_dept_codg cnt init_feedetl_sn"


def desk(city, again: int, *, dept: str = "A1", code: str = VISIT_FEE, date: int = 0, elsewhere: int = 0, undo=()):
    """H1 and H2 register 100 persons each; the first ``again`` of H1's (``elsewhere`` of H2's) pay again the same day."""
    rows = []
    for at, twice in (("H1", again), ("H2", elsewhere)):
        for n in range(100):
            rows.append((f"{at}a{n:03d}", f"M{at}{n}a", f"P{at}{n}", at, f"{day(n)} 09:00", VISIT_FEE, 20, "A1", 1, None))
            if n < twice:
                rows.append((f"{at}b{n:03d}", f"M{at}{n}b", f"P{at}{n}", at, f"{day(n + date)} 11:00", code, 20, dept, 1, None))
    return city(fee_list_d=table(REGISTER, [*rows, *undo]))


def test_a_second_consultation_fee_of_the_day_as_a_habit_is_found(city):
    findings = found(repeated_registration, desk(city, 10))
    assert [lines[0] for lines in lines_of(findings)] == [f"H1b{n:03d}" for n in range(10)]
    assert findings["related_bkkp_sns"].to_list()[0] == ["H1a000"]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("nine are no habit", {"again": 9}),
        ("another department", {"again": 20, "dept": "B2"}),
        ("an emergency beside an ordinary consultation", {"again": 20, "code": "001102000030000"}),
        ("department unknown", {"again": 20, "dept": "-"}),
        ("the tier's custom", {"again": 20, "elsewhere": 20}),
    ],
)
def test_lawful_second_registrations(city, why, change):
    assert found(repeated_registration, desk(city, **change)).is_empty(), why


def test_second_registrations_taken_back_are_gone(city):
    undo = [(f"U{n}", f"MH1{n}b", f"PH1{n}", "H1", f"{day(n)} 12:00", VISIT_FEE, 20, "A1", -1, f"H1b{n:03d}") for n in range(3)]
    assert found(repeated_registration, desk(city, 12, undo=undo)).is_empty()


FILL = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric prd_days cnt init_feedetl_sn"
PILL = "XA10BAE022A001010101933"


def fills(city, times: int, *, apart: int = 1, days: object = 7, code: str = PILL, shops=("PA",), undo=()):
    """P1 is given ``days`` days of one drug ``times`` times, ``apart`` days apart."""
    rows = [(f"L{n}", f"M{n}", "P1", shops[n % len(shops)], f"{day(n * apart)} 10:00", code, 20, days, 1, None) for n in range(times)]
    return city(fee_list_d=table(FILL, [*rows, *undo]))


def test_a_week_s_drug_given_every_day_is_one_prescription_cut_up(city):
    findings = found(split_prescriptions, fills(city, 5))
    assert lines_of(findings) == [["L1", "L2", "L3", "L4"]]
    assert findings["related_bkkp_sns"].to_list() == [["L0"]]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("a forgotten box", {"times": 3}),
        ("every second day", {"times": 5, "apart": 2}),
        ("a day's drug every day", {"times": 6, "days": 1}),
        ("an injection is given on the spot", {"times": 6, "code": "XB05XAL070B002010104346"}),
        ("days unknown", {"times": 6, "days": "-"}),
        ("two shops in turn", {"times": 6, "shops": ("PA", "PB")}),
    ],
)
def test_lawful_daily_fills(city, why, change):
    assert found(split_prescriptions, fills(city, **change)).is_empty(), why


def many_fills(city, persons: int, *, elsewhere: int = 0, days: int = 7):
    """Two hundred persons fill a week's drug at PA and at PB; the first ``persons`` of PA's (``elsewhere`` of PB's) do so again the next day."""
    rows = []
    for shop, again in (("PA", persons), ("PB", elsewhere)):
        for n in range(200):
            rows.append((f"{shop}a{n:03d}", f"M{shop}{n}a", f"P{shop}{n}", shop, f"{day(0)} 10:00", PILL, 20, days, 1, None))
            if n < again:
                rows.append((f"{shop}b{n:03d}", f"M{shop}{n}b", f"P{shop}{n}", shop, f"{day(1)} 10:00", PILL, 20, days, 1, None))
    return city(fee_list_d=table(FILL, rows))


@pytest.mark.parametrize(("persons", "elsewhere", "days", "hits"), [(4, 0, 7, 4), (3, 0, 7, 0), (4, 4, 7, 0), (4, 0, 45, 4), (4, 0, 46, 0)])
def test_short_runs_count_where_the_house_cuts_up_many_patients_prescriptions(city, persons, elsewhere, days, hits):
    findings = found(split_prescriptions, many_fills(city, persons, elsewhere=elsewhere, days=days))
    assert sorted(line for lines in lines_of(findings) for line in lines) == [f"PAb{n:03d}" for n in range(hits)]


def test_fills_taken_back_break_the_run(city):
    undo = [("U2", "M2", "P1", "PA", f"{day(2)} 12:00", PILL, 20, 7, -1, "L2")]
    assert found(split_prescriptions, fills(city, 5, undo=undo)).is_empty()
