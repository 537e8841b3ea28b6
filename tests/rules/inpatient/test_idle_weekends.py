"""Treated from Monday to Friday, at home at the weekend."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.rules.inpatient.idle_weekends import idle_weekends
from tests.rules.support import found, lines_of

BED, DRUG, OPERATION = "001109000010000", "XJ01DDT047B001010100001", "003305000020000"
WEDNESDAY = date(2024, 3, 6)


def ward(
    house: str, off: int, stays: int = 10, *, idle: tuple[int, ...] = (6, 7), token: int = 0, code: str = "", dx: str = "J18.900", cnt: int = 1
) -> tuple[str, str]:
    """Stays from a Wednesday over ten nights with one weekend, a drug a day; ``off`` of them get none on the ``idle`` weekdays."""
    visits = fees = ""
    for n in range(stays):
        stay = f"{house}S{n}"
        visits += f"{stay} | {house}P{n} | {house} | {WEDNESDAY} | {WEDNESDAY + timedelta(10)} | {dx}\n"
        for day in range(10):
            on = WEDNESDAY + timedelta(day)
            fees += f"{stay}B{day} | {stay} | {BED} | {on} | 40 | {cnt} |\n"
            if n >= off or on.isoweekday() not in idle:
                fees += f"{stay}D{day} | {stay} | {DRUG} | {on} | 90 | 1 |\n"
            elif token:
                fees += f"{stay}T{day} | {stay} | {DRUG} | {on} | {token} | 1 |\n"
        if code:
            fees += f"{stay}O | {stay} | {code} | {WEDNESDAY + timedelta(5)} | 800 | 1 |\n"
    return visits, fees


def lake(city, *wards: tuple[str, str], more: str = "", **tables: str):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code\n" + "".join(v for v, _ in wards)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | pric | cnt | init_feedetl_sn\n" + "".join(f for _, f in wards) + more
    return city(mdtrt_d=visits, fee_list_d=fees, **tables)


PEERS = (ward("H7", 0, 30), ward("H8", 0, 30))


def test_four_patients_of_ten_without_anything_on_saturday_and_sunday_are_found(city):
    findings = found(idle_weekends, lake(city, ward("H1", 4), *PEERS))
    assert findings.height == 4
    assert lines_of(findings.filter(mdtrt_id="H1S0")) == [["H1S0B3", "H1S0B4"]]


def test_three_patients_are_the_nearest_miss(city):
    assert found(idle_weekends, lake(city, ward("H1", 3), *PEERS)).is_empty()


def test_a_drug_on_sunday_makes_no_idle_weekend(city):
    assert found(idle_weekends, lake(city, ward("H1", 4, idle=(6,)), *PEERS)).is_empty()


def test_drugs_worth_a_tenth_of_the_bed_are_a_token_and_more_are_not(city):
    assert found(idle_weekends, lake(city, ward("H1", 4, token=4), *PEERS)).height == 4
    assert found(idle_weekends, lake(city, ward("H1", 4, token=5), *PEERS)).is_empty()


def test_who_is_idle_on_weekdays_too_is_no_matter_of_weekends(city):
    assert found(idle_weekends, lake(city, ward("H1", 4, idle=(1, 2, 6, 7)), *PEERS)).is_empty()


@pytest.mark.parametrize("change", [{"code": OPERATION}, {"dx": "Z51.003"}, {"dx": "O80.000"}, {"cnt": 2}])
def test_operations_on_monday_radiotherapy_childbed_and_beds_in_bulk_are_left_out(city, change):
    assert found(idle_weekends, lake(city, ward("H1", 4, **change), *PEERS)).is_empty()


def test_where_others_treat_nobody_at_weekends_it_is_the_custom(city):
    assert found(idle_weekends, lake(city, ward("H1", 4), ward("H7", 10, 30), ward("H8", 10, 30))).is_empty()


def test_psychiatric_houses_have_their_own_measure(city):
    detail = "medins_code | medins_type_name\nH1 | 专科医院-精神\n"
    assert found(idle_weekends, lake(city, ward("H1", 4), *PEERS, medins_info_b=detail)).is_empty()


def test_a_drug_taken_back_was_not_given(city):
    back = "".join(f"R{n}{day} | H1S{n} | {DRUG} | {WEDNESDAY + timedelta(day)} | 90 | -1 | H1S{n}D{day}\n" for n in range(4) for day in (3, 4))
    assert found(idle_weekends, lake(city, ward("H1", 0), *PEERS, more=back)).height == 4


def test_one_patient_who_comes_four_times_makes_no_habit(city):
    visits, fees = ward("H1", 4)
    same = "".join(line.replace(f"H1P{n} ", "H1P0 ") + "\n" for n, line in enumerate(visits.splitlines()))
    assert found(idle_weekends, lake(city, (same, fees), *PEERS)).is_empty()


def test_a_bed_charged_twice_on_a_day_is_one_day(city):
    twice = f"X1 | H1S0 | {BED} | {WEDNESDAY + timedelta(3)} | 40 | 1 |\n"
    assert lines_of(found(idle_weekends, lake(city, ward("H1", 4), *PEERS, more=twice)).filter(mdtrt_id="H1S0")) == [["H1S0B3", "H1S0B4", "X1"]]


def test_a_stay_without_an_end_is_not_judged(city):
    visits, fees = ward("H1", 4)
    assert found(idle_weekends, lake(city, (visits.replace(f"{WEDNESDAY + timedelta(10)}", "-"), fees), *PEERS)).is_empty()
