"""The tests of a stay are billed as outpatient visits before it."""

from __future__ import annotations

import pytest

from models.rules.conduct.tests_before_admission_outside import tests_before_admission_outside
from tests.rules.support import found

TESTS = ("002501010150000", "002503010010000", "002103000010000")


def hospital(
    house: str,
    moved: int,
    plain: int,
    *,
    day: int = 9,
    tests: tuple[str, ...] = TESTS,
    inside: int = 0,
    med_type: str = "11",
    dx: str = "J18.900",
    code: str = "001204000060000",
) -> tuple[str, str]:
    """``moved`` stays from 10 March whose tests were billed on ``day`` as an outpatient, ``inside`` of them again in the ward; ``plain`` others."""
    visits = fees = ""
    for n in range(moved + plain):
        person, stay, visit = f"{house}P{n}", f"{house}S{n}", f"{house}V{n}"
        visits += f"{stay} | {person} | {house} | 21 | 2024-03-10 | 2024-03-17 | {dx}\n"
        fees += f"{stay}D | {stay} | {code} | 2024-03-11 | 1 |\n"
        if n < moved:
            visits += f"{visit} | {person} | {house} | {med_type} | 2024-03-0{day} | 2024-03-0{day} | {dx}\n"
            fees += "".join(f"{visit}L{k} | {visit} | {code} | 2024-03-0{day} | 1 |\n" for k, code in enumerate(tests))
        within = TESTS if n >= moved else TESTS[:inside]
        fees += "".join(f"{stay}L{k} | {stay} | {code} | 2024-03-11 | 1 |\n" for k, code in enumerate(within))
    return visits, fees


def lake(city, *houses: tuple[str, str], more: str = ""):
    visits = "mdtrt_id | psn_no | fixmedins_code | med_type | begntime | endtime | dscg_maindiag_code\n" + "".join(v for v, _ in houses)
    return city(
        mdtrt_d=visits, fee_list_d="bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | cnt | init_feedetl_sn\n" + "".join(f for _, f in houses) + more
    )


PEERS = (hospital("H7", 1, 40), hospital("H8", 0, 40))


def test_a_hospital_that_examines_most_patients_the_day_before_and_none_inside_is_found(city):
    findings = found(tests_before_admission_outside, lake(city, hospital("H1", 10, 10), *PEERS))
    assert findings.height == 10
    assert findings.filter(mdtrt_id="H1S0")["bkkp_sns"].to_list() == [["H1V0L0", "H1V0L1", "H1V0L2"]]


@pytest.mark.parametrize(
    "change",
    [
        {"day": 6},  # four days before
        {"tests": TESTS[:2]},  # two tests decide whether to admit
        {"inside": 3},  # examined again in the ward: half of the tests are before
        {"med_type": "13"},  # emergency
        {"dx": "O80.000"},
        {"code": "003304060050000"},  # examined before a planned operation
    ],
)
def test_what_a_clinic_does_before_an_admission_is_lawful(city, change):
    assert found(tests_before_admission_outside, lake(city, hospital("H1", 10, 10, **change), *PEERS)).is_empty()


def test_four_stays_are_the_nearest_miss(city):
    assert found(tests_before_admission_outside, lake(city, hospital("H1", 4, 4), *PEERS)).is_empty()
    assert found(tests_before_admission_outside, lake(city, hospital("H1", 8, 7), *PEERS)).height == 8


def test_a_city_whose_houses_all_do_so_has_a_programme(city):
    assert found(tests_before_admission_outside, lake(city, hospital("H1", 10, 10), hospital("H7", 20, 20), hospital("H8", 20, 20))).is_empty()


def test_tests_taken_back_were_not_billed(city):
    back = "".join(f"R{n} | H1V{n} | {TESTS[0]} | 2024-03-09 | -1 | H1V{n}L0\n" for n in range(10))
    assert found(tests_before_admission_outside, lake(city, hospital("H1", 10, 10), *PEERS, more=back)).is_empty()
