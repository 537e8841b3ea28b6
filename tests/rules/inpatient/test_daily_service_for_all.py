"""One bedside service day after day for everybody."""

from __future__ import annotations

from models.rules.inpatient.daily_service_for_all import daily_service_for_all
from tests.rules.support import found

MONITOR, INFUSION = "003107010220000", "001204000060000"
DISEASES = ("I10.x00", "J18.900", "M51.202", "K80.100")


def ward(house: str, days: int, *, stays: int = 12, code: str = MONITOR, diseases: tuple[str, ...] = DISEASES, dept: str = "内科") -> tuple[str, str]:
    """Stays of six days whose diseases go round, with the service on the first ``days`` of them."""
    visits = fees = ""
    for n in range(stays):
        stay = f"{house}S{n}"
        visits += f"{stay} | {house}P{n} | {house} | 2024-03-01 | 2024-03-07 | {diseases[n % len(diseases)]} | {dept}\n"
        fees += f"{stay}I | {stay} | {INFUSION} | 2024-03-02 | | 1\n"
        fees += "".join(f"{stay}L{k} | {stay} | {code} | 2024-03-0{k} | | 1\n" for k in range(1, days + 1))
    return visits, fees


def lake(city, *wards: tuple[str, str], more: str = "", **tables: str):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | adm_dept_name\n" + "".join(v for v, _ in wards)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | init_feedetl_sn | cnt\n" + "".join(f for _, f in wards) + more
    return city(mdtrt_d=visits, fee_list_d=fees, **tables)


PEERS = (ward("H7", 1, stays=40), ward("H8", 0, stays=40))


def test_a_monitor_on_most_days_of_patients_of_four_chapters_is_found(city):
    findings = found(daily_service_for_all, lake(city, ward("H1", 4), *PEERS))
    assert findings.height == 12
    assert findings.filter(mdtrt_id="H1S0")["bkkp_sns"].to_list() == [["H1S0L1", "H1S0L2", "H1S0L3", "H1S0L4"]]


def test_two_days_of_six_are_watching_a_new_patient(city):
    assert found(daily_service_for_all, lake(city, ward("H1", 2), *PEERS)).is_empty()


def test_four_patients_are_no_habit(city):
    assert found(daily_service_for_all, lake(city, ward("H1", 4, stays=4), *PEERS)).is_empty()


def test_what_the_other_houses_do_for_the_same_diseases_is_the_standard(city):
    assert found(daily_service_for_all, lake(city, ward("H1", 4), ward("H7", 4, stays=40), PEERS[1])).is_empty()


def test_infusions_go_with_the_drugs(city):
    assert found(daily_service_for_all, lake(city, ward("H1", 4, code="001204000070000"), *PEERS)).is_empty()


def test_a_course_of_rehabilitation_is_lawful(city):
    assert found(daily_service_for_all, lake(city, ward("H1", 4, code="003401000170000", dept="康复医学科"), *PEERS)).is_empty()


def test_days_taken_back_were_not_charged(city):
    back = "".join(f"R{n}{k} | H1S{n} | {MONITOR} | 2024-03-05 | H1S{n}L{k} | -1\n" for n in range(12) for k in (1, 2))
    assert found(daily_service_for_all, lake(city, ward("H1", 4), *PEERS, more=back)).is_empty()


def test_a_stay_without_a_disease_is_not_judged(city):
    assert found(daily_service_for_all, lake(city, ward("H1", 4, diseases=("-",)), *PEERS)).is_empty()


def test_daily_needling_in_a_chinese_hospital_is_compared_with_other_chinese_hospitals_only(city):
    needle = "004300000010000"
    wards = (ward("H1", 4, code=needle), ward("H7", 1, stays=40, code=needle), ward("H8", 0, stays=40))
    registry = "medins_code | medins_type_name\n"
    alone, among = f"{registry}H1 | 中医医院\n", f"{registry}H1 | 中医医院\nH7 | 中医医院\nH8 | 中医医院\n"
    assert found(daily_service_for_all, lake(city, *wards, medins_info_b=alone)).is_empty()
    assert found(daily_service_for_all, lake(city, *wards, medins_info_b=among)).height == 12
