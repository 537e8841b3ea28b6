"""One bed day too many, as a house's habit, in a city that charges nights."""

from __future__ import annotations

from models.rules.inpatient.bed_charged_on_discharge import bed_charged_on_discharge
from tests.rules.support import found, lines_of

BED = "001109000010000"


def ward(house: str, *, extra: int, stays: int, last: int = 5) -> tuple[str, str]:
    """Stays of three nights with three bed days; ``extra`` of them with the days up to ``last`` March besides."""
    visits = fees = ""
    for n in range(stays):
        stay = f"{house}S{n}"
        visits += f"{stay} | {house}P{n} | {house} | 2024-03-02 | 2024-03-05\n"
        days = range(2, last + 1) if n < extra else range(2, 5)
        fees += "".join(f"{stay}B{d} | {stay} | {BED} | 2024-03-0{d}\n" for d in days)
    return visits, fees


def lake(city, *wards: tuple[str, str]):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime\n" + "".join(v for v, _ in wards)
    return city(mdtrt_d=visits, fee_list_d="bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time\n" + "".join(f for _, f in wards))


def test_three_of_ten_stays_with_the_day_of_discharge_charged_are_found_with_that_line(city):
    findings = found(bed_charged_on_discharge, lake(city, ward("H1", extra=3, stays=10), ward("H2", extra=0, stays=40)))
    assert sorted(lines_of(findings)) == [["H1S0B5"], ["H1S1B5"], ["H1S2B5"]]
    assert findings["amount_at_issue"].to_list() == [10.0, 10.0, 10.0]
    assert findings["fund_loss"].to_list() == [7.0, 7.0, 7.0]


def test_two_stays_are_no_habit_and_neither_are_three_in_a_large_house(city):
    assert found(bed_charged_on_discharge, lake(city, ward("H1", extra=2, stays=10), ward("H2", extra=0, stays=40))).is_empty()
    assert found(bed_charged_on_discharge, lake(city, ward("H1", extra=3, stays=40), ward("H2", extra=0, stays=40))).is_empty()


def test_where_the_city_charges_both_ends_of_the_stay_nobody_is_found(city):
    assert found(bed_charged_on_discharge, lake(city, ward("H1", extra=10, stays=10), ward("H2", extra=20, stays=40))).is_empty()


def test_two_days_too_many_are_the_matter_of_another_rule(city):
    assert found(bed_charged_on_discharge, lake(city, ward("H1", extra=5, stays=10, last=6), ward("H2", extra=0, stays=40))).is_empty()


def test_a_house_without_others_to_compare_is_not_judged(city):
    assert found(bed_charged_on_discharge, lake(city, ward("H1", extra=5, stays=10))).is_empty()
