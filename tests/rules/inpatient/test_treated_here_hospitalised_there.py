"""A place treats people who lie in hospitals elsewhere: somebody else bears their cards."""

from __future__ import annotations

from models.rules.inpatient.treated_here_hospitalised_there import treated_here_hospitalised_there
from tests.rules.support import found, lines_of

FEES = "bkkp_sn | mdtrt_id | psn_no | fixmedins_code | fee_ocur_time | hilist_code | med_type\n"
INFUSION = "001204000060000"
LAB = "002501010150000"


def draw(city, hospitals: list[str], *, ward: str = LAB, there: str = INFUSION, day: str = "2024-04-04", level: str = "05"):
    stays = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime\n"
    fees = ""
    for n, house in enumerate(hospitals):
        stays += f"M{n} | P{n} | {house} | 2024-04-01 | 2024-04-08\n"
        fees += f"B{n} | M{n} | P{n} | {house} | {day} | 001109000010000 | 21\nD{n} | M{n} | P{n} | {house} | {day} | {ward} | 21\n"
        fees += f"V{n} | V{n} | P{n} | H9 | {day} | {there} | 11\n"
    return city(mdtrt_d=stays, fee_list_d=FEES + fees, fixmedins_b=f"fixmedins_code | hosp_lv\nH9 | {level}\n")


def test_five_patients_of_three_hospitals_treated_here_on_days_of_care_there_are_found_with_their_lines(city):
    findings = found(treated_here_hospitalised_there, draw(city, ["H1", "H1", "H2", "H3", "H3"]))
    assert findings["fixmedins_code"].unique().to_list() == ["H9"]
    assert sorted(lines_of(findings)) == [["V0"], ["V1"], ["V2"], ["V3"], ["V4"]]
    assert findings["related_bkkp_sns"].explode().sort().to_list() == ["D0", "D1", "D2", "D3", "D4"]


def test_four_may_be_mistakes_of_date(city):
    assert found(treated_here_hospitalised_there, draw(city, ["H1", "H1", "H2", "H3"])).is_empty()


def test_when_all_come_from_one_hospital_that_hospital_is_the_question(city):
    assert found(treated_here_hospitalised_there, draw(city, ["H1", "H1", "H1", "H1", "H2", "H3"])).is_empty()


def test_days_without_care_in_the_ward_do_not_tell_against_the_outside_place(city):
    assert found(treated_here_hospitalised_there, draw(city, ["H1", "H1", "H2", "H3", "H3"], ward="001102000050000")).is_empty()


def test_drugs_fetched_by_relatives_are_no_treatment(city):
    assert found(treated_here_hospitalised_there, draw(city, ["H1", "H1", "H2", "H3", "H3"], there="XC08CAA001A001010102180")).is_empty()


def test_an_examination_by_referral_to_a_higher_hospital_and_dialysis_are_lawful(city):
    assert found(treated_here_hospitalised_there, draw(city, ["H1", "H1", "H2", "H3", "H3"], there="002103000010000", level="03")).is_empty()
    assert found(treated_here_hospitalised_there, draw(city, ["H1", "H1", "H2", "H3", "H3"], there="003110000060000")).is_empty()


def test_the_day_of_admission_proves_nothing(city):
    assert found(treated_here_hospitalised_there, draw(city, ["H1", "H1", "H2", "H3", "H3"], day="2024-04-01")).is_empty()


def test_at_least_two_of_them_must_have_been_treated_by_hand(city):
    t = draw(city, ["H1", "H1", "H2", "H3", "H3"])
    assert found(treated_here_hospitalised_there, t, place_treated_min=5).height == 5
    assert found(treated_here_hospitalised_there, t, place_treated_min=6).is_empty()
