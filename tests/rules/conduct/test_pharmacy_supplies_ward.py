"""In-patients' cards buy the ward's injections at one pharmacy."""

from __future__ import annotations

import pytest

from models.rules.conduct.pharmacy_supplies_ward import pharmacy_supplies_ward
from tests.rules.support import found

ALBUMIN, TABLET = "XB05AAR020B002010100001", "XC08CAA083A001010100001"


def ward(house: str, bought: int, *, others: int = 20, day: int = 4, code: str = ALBUMIN, pharmacies: tuple[str, ...] = ("P1",)) -> tuple[str, str]:
    """Stays from 1 to 8 March; the first ``bought`` patients' cards pay at the pharmacies in turn on ``day``."""
    visits = fees = ""
    for n in range(bought + others):
        visits += f"{house}S{n} | {house}Q{n} | {house} | 21 | 2024-03-01 | 2024-03-08\n"
        fees += f"{house}D{n} | {house}S{n} | 001204000060000 | 2024-03-02 | 1 |\n"
        if n < bought:
            visits += f"{house}B{n} | {house}Q{n} | {pharmacies[n % len(pharmacies)]} | 41 | 2024-03-0{day} | 2024-03-0{day}\n"
            fees += f"{house}L{n} | {house}B{n} | {code} | 2024-03-0{day} | 1 |\n"
    return visits, fees


def lake(city, *wards: tuple[str, str], more: str = ""):
    visits = "mdtrt_id | psn_no | fixmedins_code | med_type | begntime | endtime\n" + "".join(v for v, _ in wards)
    return city(
        mdtrt_d=visits, fee_list_d="bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | cnt | init_feedetl_sn\n" + "".join(f for _, f in wards) + more
    )


PEERS = (ward("H7", 0, others=60), ward("H8", 0, others=60))


def test_four_patients_whose_albumin_is_billed_at_one_pharmacy_are_found_at_the_hospital(city):
    findings = found(pharmacy_supplies_ward, lake(city, ward("H1", 4), *PEERS))
    assert findings.select("fixmedins_code", "mdtrt_id").rows() == [("H1", f"H1S{n}") for n in range(4)]
    assert findings["bkkp_sns"].to_list() == [["H1L0"], ["H1L1"], ["H1L2"], ["H1L3"]]


def test_two_patients_are_the_nearest_miss(city):
    assert found(pharmacy_supplies_ward, lake(city, ward("H1", 2), *PEERS)).is_empty()


@pytest.mark.parametrize("change", [{"code": TABLET}, {"day": 1}, {"day": 8}, {"pharmacies": ("P1", "P2", "P3", "P4")}])
def test_tablets_the_days_of_admission_and_discharge_and_scattered_purchases_are_lawful(city, change):
    assert found(pharmacy_supplies_ward, lake(city, ward("H1", 4, **change), *PEERS)).is_empty()


def test_where_the_other_hospitals_patients_buy_as_much_it_is_the_town(city):
    assert found(pharmacy_supplies_ward, lake(city, ward("H1", 4), ward("H7", 10, others=50), ward("H8", 10, others=50))).is_empty()


def test_a_purchase_taken_back_was_not_made(city):
    back = "".join(f"R{n} | H1B{n} | {ALBUMIN} | 2024-03-05 | -1 | H1L{n}\n" for n in range(2))
    assert found(pharmacy_supplies_ward, lake(city, ward("H1", 4), *PEERS, more=back)).is_empty()


def test_a_patient_still_in_hospital_has_no_inner_days_yet(city):
    visits, fees = ward("H1", 4)
    assert found(pharmacy_supplies_ward, lake(city, (visits.replace("2024-03-08", "-"), fees), *PEERS)).is_empty()
