"""The same physiotherapy for everybody, whatever the disease."""

from __future__ import annotations

from models.rules.inpatient.therapies_for_all import therapies_for_all
from tests.rules.support import found

PAIR = ("003401000170000", "004300000010000")
DISEASES = ("I10.x00", "J18.900", "M51.202", "K80.100")


def ward(house: str, given: tuple[str, ...], *, stays: int = 12, diseases: tuple[str, ...] = DISEASES, dept: str = "内科") -> tuple[str, str]:
    """Stays of one house whose diseases go round, each with an infusion and the treatments."""
    visits = fees = ""
    for n in range(stays):
        stay = f"{house}S{n}"
        visits += f"{stay} | {house}P{n} | {house} | 2024-03-01 | 2024-03-06 | {diseases[n % len(diseases)]} | {dept}\n"
        fees += "".join(f"{stay}L{k} | {stay} | {code} | 2024-03-02 | | 1\n" for k, code in enumerate(("001204000060000", *given)))
    return visits, fees


def lake(city, *wards: tuple[str, str], more: str = "", **tables: str):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | adm_dept_name\n" + "".join(v for v, _ in wards)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | init_feedetl_sn | cnt\n" + "".join(f for _, f in wards) + more
    return city(mdtrt_d=visits, fee_list_d=fees, **tables)


PEERS = (ward("H7", (), stays=40), ward("H8", (), stays=40))


def test_two_treatments_hardly_given_elsewhere_for_patients_of_four_chapters_are_found(city):
    findings = found(therapies_for_all, lake(city, ward("H1", PAIR), *PEERS))
    assert findings.height == 12
    assert findings.filter(mdtrt_id="H1S0")["bkkp_sns"].to_list() == [["H1S0L1", "H1S0L2"]]


def test_one_unusual_treatment_is_a_habit_of_the_ward(city):
    assert found(therapies_for_all, lake(city, ward("H1", PAIR[:1]), *PEERS)).is_empty()


def test_a_course_of_rehabilitation_is_lawful(city):
    assert found(therapies_for_all, lake(city, ward("H1", PAIR, dept="康复医学科"), *PEERS)).is_empty()


def test_what_the_other_houses_give_for_the_same_diseases_is_the_standard(city):
    assert found(therapies_for_all, lake(city, ward("H1", PAIR), ward("H7", PAIR, stays=40), ward("H8", (), stays=40))).is_empty()


def test_a_treatment_taken_back_was_not_charged(city):
    back = "".join(f"R{n} | H1S{n} | {PAIR[0]} | 2024-03-03 | H1S{n}L1 | -1\n" for n in range(12))
    assert found(therapies_for_all, lake(city, ward("H1", PAIR), *PEERS, more=back)).is_empty()


def test_a_stay_without_a_disease_is_not_judged(city):
    assert found(therapies_for_all, lake(city, ward("H1", PAIR, diseases=("-",)), *PEERS)).is_empty()


def chinese(*codes: str) -> str:
    """The registry in which the houses are hospitals of Chinese medicine."""
    return "medins_code | medins_type_name\n" + "".join(f"{code} | 中医医院\n" for code in codes)


def test_a_chinese_hospital_beside_general_ones_only_has_no_peer_to_stand_out_from(city):
    assert found(therapies_for_all, lake(city, ward("H1", PAIR), *PEERS, medins_info_b=chinese("H1"))).is_empty()


def test_a_chinese_hospital_that_alone_among_its_like_treats_everybody_is_found(city):
    findings = found(therapies_for_all, lake(city, ward("H1", PAIR), *PEERS, medins_info_b=chinese("H1", "H7", "H8")))
    assert findings.height == 12


def test_a_general_hospital_is_not_excused_by_what_chinese_hospitals_do(city):
    wards = (ward("H1", PAIR), *PEERS, ward("H9", PAIR, stays=80))
    assert found(therapies_for_all, lake(city, *wards, medins_info_b=chinese("H9"))).height == 12
