"""Treatments dated on the days after the patient went home."""

from __future__ import annotations

import pytest

from models.rules.inpatient.treated_after_discharge import treated_after_discharge
from tests.rules.conduct.draw import table
from tests.rules.support import found, lines_of

STAY = "mdtrt_id psn_no fixmedins_code begntime endtime"
HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name cnt dscg_tkdrug_flag init_feedetl_sn"
NEEDLE, DRUG, BED = "004300000010000", "XA02BCL210B002010100001", "001109000010000"


def wards(
    city, *, stays: int = 4, times=("16:10", "17:20", "19:30"), code: str = NEEDLE, date: str = "07", elsewhere: int = 0, end="10:00", extra=()
):
    """H1 treats forty and has ``stays`` of them treated at ``times`` of March ``date`` though they left on the 6th; of H2's fifty ``elsewhere``."""
    rows, visits = [], []
    for house, n, late in (("H1", 40, stays), ("H2", 50, elsewhere)):
        for k in range(n):
            m = f"{house}-{k}"
            visits.append((m, f"P{m}", house, "2024-03-01 09:00", end and f"2024-03-06 {end}"))
            rows.append((f"D{m}", m, f"P{m}", house, "2024-03-03 10:00", NEEDLE, "普通针刺", 1, None, None))
            if k < late:
                at = times[k % len(times)]
                rows.append((f"N{m}", m, f"P{m}", house, f"2024-03-{date} {at}", code, "普通针刺", 1, None, None))
    return city(mdtrt_d=table(STAY, visits), fee_list_d=table(HEAD, [*rows, *extra]))


def test_needles_on_the_day_after_the_discharge_are_found_stay_by_stay(city):
    findings = found(treated_after_discharge, wards(city))
    assert sorted(lines_of(findings)) == [["NH1-0"], ["NH1-1"], ["NH1-2"], ["NH1-3"]]
    assert findings.select("kind", "certainty").unique().rows() == [("phantom_service", "suspected")]


def test_hours_after_the_discharge_of_the_same_day_count_beside_those_of_the_next(city):
    same_day = [("S", "H1-0", "PH1-0", "H1", "2024-03-06 12:01", NEEDLE, "普通针刺", 1, None, None)]
    at_the_door = [("S", "H1-0", "PH1-0", "H1", "2024-03-06 12:00", NEEDLE, "普通针刺", 1, None, None)]
    assert lines_of(found(treated_after_discharge, wards(city, extra=same_day)))[0] == ["NH1-0", "S"]
    assert lines_of(found(treated_after_discharge, wards(city, extra=at_the_door)))[0] == ["NH1-0"]


def test_without_a_recorded_discharge_nobody_knows_what_came_after_it(city):
    assert found(treated_after_discharge, wards(city, end=None)).is_empty()


def late(code: str, flag: str | None = None):
    """A line of each of four stays on the day after the discharge."""
    return [(f"X{k}", f"H1-{k}", f"PH1-{k}", "H1", "2024-03-07 09:00", code, "某项", 1, flag, None) for k in range(4)]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("three stays are slips", {"stays": 3}),
        ("a clerk posts at one hour or two", {"times": ("16:10", "17:20")}),
        ("the day's books are closed in the night", {"times": ("02:10", "03:10", "05:59")}),
        ("what the others do as often", {"elsewhere": 10}),
        ("from the third day on charges_outside_stay judges", {"date": "09"}),
        ("the day of the discharge alone, whose hour may be entered early", {"date": "06"}),
        ("a laboratory reports late", {"code": "002503000010000"}),
        ("drugs posted as late show that the whole stay was", {"extra": late(DRUG)}),
        ("so does the bed", {"extra": late(BED)}),
        ("two treatments at one moment are bookkeeping", {
            "extra": [(f"X{k}", f"H1-{k}", f"PH1-{k}", "H1", f"2024-03-07 {t}", NEEDLE, "灸法", 1, None, None)
                      for k, t in enumerate(["16:10", "17:20", "19:30", "16:10"])]
        }),
        ("a charge taken back", {"extra": [("U", "H1-0", "PH1-0", "H1", "2024-03-08 10:00", NEEDLE, "普通针刺", -1, None, "NH1-0")]}),
    ],
)  # fmt: skip
def test_lawful_lines_after_the_discharge(city, why, change):
    assert found(treated_after_discharge, wards(city, **change)).is_empty(), why


def test_drugs_to_take_home_do_not_show_a_stay_booked_late(city):
    assert found(treated_after_discharge, wards(city, extra=late(DRUG, "1"))).height == 4


def test_a_discharge_without_its_hour_ends_the_day(city):
    same_day = [("S", "H1-0", "PH1-0", "H1", "2024-03-06 16:00", NEEDLE, "普通针刺", 1, None, None)]
    assert lines_of(found(treated_after_discharge, wards(city, end="00:00", extra=same_day)))[0] == ["NH1-0"]


def test_a_stay_that_goes_on_has_no_discharge(city):
    t = city(
        mdtrt_d=table(STAY, [(f"M{k}", f"P{k}", "H1", "2024-03-01 09:00", None) for k in range(6)]),
        fee_list_d=table(HEAD, [(f"L{k}", f"M{k}", f"P{k}", "H1", f"2024-04-07 1{k}:00", NEEDLE, "普通针刺", 1, None, None) for k in range(6)]),
    )
    assert found(treated_after_discharge, t).is_empty()
