"""A test, examination or treatment charged again later on the day."""

from __future__ import annotations

import pytest

from models.rules.conduct.service_again_within_hours import service_again_within_hours
from tests.rules.conduct.draw import table
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name med_chrgitm_type init_feedetl_sn cnt"
ECG = "003107000010000"


def twice(
    city, *, visits: int = 4, persons: int = 9, second: str = "2024-03-01 13:30", elsewhere: int = 0, name: str = "常规心电图检查", beside=(), undo=()
):
    """Visits at H1 with an electrocardiogram at nine and again at ``second``; forty at H2 with one each, the first ``elsewhere`` again too."""
    rows = []
    for n in range(visits):
        who = (f"M{n}", f"P{n % persons}", "H1")
        rows.append((f"A{n}", *who, f"2024-03-01 09:{n:02d}", ECG, name, "03", None, 1))
        rows.append((f"B{n}", *who, second, ECG, name, "03", None, 1))
        rows += [(f"{sn}{n}", *who, f"2024-03-01 {time}", code, what, "05", None, 1) for sn, time, code, what in beside]
    for n in range(40):
        rows.append((f"C{n}", f"N{n}", f"Q{n}", "H2", "2024-03-01 09:00", ECG, name, "03", None, 1))
        if n < elsewhere:
            rows.append((f"D{n}", f"N{n}", f"Q{n}", "H2", "2024-03-01 15:00", ECG, name, "03", None, 1))
    return city(fee_list_d=table(HEAD, [*rows, *undo]))


def test_an_electrocardiogram_charged_again_in_the_afternoon_as_a_habit_is_found_with_the_later_line(city):
    findings = found(service_again_within_hours, twice(city))
    assert sorted(lines_of(findings)) == [[f"B{n}"] for n in range(4)]
    assert findings.filter(mdtrt_id="M0")["related_bkkp_sns"].to_list() == [["A0"]]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("three are spoilt samples", {"visits": 3}),
        ("two patients are no habit", {"persons": 2}),
        ("within the half hour it is another site", {"second": "2024-03-01 09:30"}),
        ("charges at midnight are a day's charge", {"second": "2024-03-02 00:00"}),
        ("the next morning's", {"second": "2024-03-02 06:00"}),
        ("what others do as often", {"elsewhere": 12}),
        ("followed by the hour", {"name": "心电监测"}),
        ("an operation on the same day", {"beside": [("O", "11:00", "003314000010000", "剖腹探查术")]}),
        ("dialysis on the same day", {"beside": [("O", "11:00", "003110000060000", "血液透析")]}),
        ("intensive care", {"beside": [("O", "11:00", "001201000010000", "重症监护")]}),
    ],
)
def test_lawful_or_single_repeats(city, why, change):
    assert found(service_again_within_hours, twice(city, **change)).is_empty(), why


def test_both_sides_of_midnight_are_one_night(city):
    rows = []
    for n in range(4):
        rows.append((f"A{n}", f"M{n}", f"P{n}", "H1", "2024-03-01 21:00", ECG, "常规心电图检查", "03", None, 1))
        rows.append((f"B{n}", f"M{n}", f"P{n}", "H1", "2024-03-02 02:00", ECG, "常规心电图检查", "03", None, 1))
    rows += [(f"C{n}", f"N{n}", f"Q{n}", "H2", "2024-03-01 09:00", ECG, "常规心电图检查", "03", None, 1) for n in range(40)]
    assert found(service_again_within_hours, city(fee_list_d=table(HEAD, rows))).height == 4


def test_a_repeat_taken_back_is_gone(city):
    undo = [("U0", "M0", "P0", "H1", "2024-03-02 08:00", ECG, "常规心电图检查", "03", "B0", -1)]
    assert found(service_again_within_hours, twice(city, undo=undo)).is_empty()


def test_scans_of_an_injured_head_are_followed(city):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code\n" + "".join(
        f"M{n} | P{n} | H1 | 2024-03-01 | 2024-03-05 | S06.500\n" for n in range(4)
    )
    rows = []
    for n in range(4):
        rows.append((f"A{n}", f"M{n}", f"P{n}", "H1", "2024-03-01 09:00", "002103000010000", "CT平扫", "03", None, 1))
        rows.append((f"B{n}", f"M{n}", f"P{n}", "H1", "2024-03-01 15:00", "002103000010000", "CT平扫", "03", None, 1))
    rows += [(f"C{n}", f"N{n}", f"Q{n}", "H2", "2024-03-01 09:00", "002103000010000", "CT平扫", "03", None, 1) for n in range(40)]
    assert found(service_again_within_hours, city(mdtrt_d=visits, fee_list_d=table(HEAD, rows))).is_empty()
