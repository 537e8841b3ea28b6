"""Treatment has ended, the bed goes on being charged."""

from __future__ import annotations

from models.rules.inpatient.idle_before_discharge import idle_before_discharge
from tests.rules.support import found

BED, DRUG, LAMP, OPERATION = "001109000010000", "XJ01DDT047B001010100001", "003401000010000", "003305000020000"


def ward(house: str, treated: int, *, stays: int = 8, token: int = 0, code: str = "", way: str = "1", dx: str = "J18.900") -> tuple[str, str]:
    """Stays of nine nights with a drug on the first ``treated`` days, and after those a lamp worth ``token`` yuan a day; a bed costs 40."""
    visits = fees = ""
    for n in range(stays):
        stay = f"{house}S{n}"
        visits += f"{stay} | {house}P{n} | {house} | 2024-03-01 | 2024-03-10 | {dx} | {way}\n"
        for day in range(1, 10):
            fees += f"{stay}B{day} | {stay} | {BED} | 2024-03-0{day} | 40 |\n"
            if day <= treated:
                fees += f"{stay}D{day} | {stay} | {DRUG} | 2024-03-0{day} | 90 |\n"
            elif token:
                fees += f"{stay}T{day} | {stay} | {LAMP} | 2024-03-0{day} | {token} |\n"
        if code:
            fees += f"{stay}O | {stay} | {code} | 2024-03-02 | 800 |\n"
    return visits, fees


def lake(city, *wards: tuple[str, str], more: str = ""):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | dscg_way\n" + "".join(v for v, _ in wards)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | pric | init_feedetl_sn\n" + "".join(f for _, f in wards) + more
    return city(mdtrt_d=visits, fee_list_d=fees)


PEERS = (ward("H7", 9, stays=30), ward("H8", 9, stays=30))


def test_four_days_of_bed_and_nothing_else_before_the_discharge_are_found(city):
    findings = found(idle_before_discharge, lake(city, ward("H1", 5), *PEERS))
    assert findings.height == 8
    assert findings.filter(mdtrt_id="H1S0")["bkkp_sns"].to_list() == [["H1S0B6", "H1S0B7", "H1S0B8", "H1S0B9"]]


def test_a_lamp_worth_a_quarter_of_the_bed_is_a_token_and_one_worth_half_is_not(city):
    assert found(idle_before_discharge, lake(city, ward("H1", 5, token=10), *PEERS)).height == 8
    assert found(idle_before_discharge, lake(city, ward("H1", 5, token=20), *PEERS)).is_empty()


def test_two_quiet_days_are_a_weekend(city):
    assert found(idle_before_discharge, lake(city, ward("H1", 7), *PEERS)).is_empty()


def test_two_patients_wait_for_their_relatives(city):
    assert found(idle_before_discharge, lake(city, ward("H1", 5, stays=2), *PEERS)).is_empty()


def test_where_others_keep_their_patients_as_long_it_is_the_custom(city):
    assert found(idle_before_discharge, lake(city, ward("H1", 5), ward("H7", 5, stays=30), ward("H8", 5, stays=30))).is_empty()


def test_after_an_operation_one_waits_for_the_wound_and_mothers_for_the_milk(city):
    assert found(idle_before_discharge, lake(city, ward("H1", 5, code=OPERATION), *PEERS)).is_empty()
    assert found(idle_before_discharge, lake(city, ward("H1", 5, dx="O80.000"), *PEERS)).is_empty()


def test_the_dying_wait_for_nothing(city):
    assert found(idle_before_discharge, lake(city, ward("H1", 5, way="5"), *PEERS)).is_empty()


def test_a_treatment_taken_back_was_not_given(city):
    back = "".join(f"R{n}{day} | H1S{n} | {DRUG} | 2024-03-0{day} | -90 | H1S{n}D{day}\n" for n in range(8) for day in range(6, 10))
    assert found(idle_before_discharge, lake(city, ward("H1", 9), *PEERS, more=back)).height == 8


def test_a_day_of_which_no_line_was_delivered_breaks_the_run(city):
    visits, fees = ward("H1", 5)
    holed = "".join(line + "\n" for line in fees.splitlines() if "B9 " not in line)
    assert found(idle_before_discharge, lake(city, (visits, holed), *PEERS)).is_empty()
