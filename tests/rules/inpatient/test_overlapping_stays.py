"""One person in two hospitals at once."""

from __future__ import annotations

from models.rules.inpatient.overlapping_stays import overlapping_stays
from tests.rules.support import found

HEAD = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | med_type\n"
FIRST = "M1 | P1 | H1 | 2024-03-01 | 2024-03-10 | J18.900 | 21\n"
FEES = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | pric | cnt | init_feedetl_sn\n"
CARE = (
    FEES
    + "A1 | M1 | 2024-03-06 | 001204000060000 | 90 | 1 |\nA2 | M1 | 2024-03-07 | 001204000060000 | 90 | 1 |\n"
    + "B1 | M2 | 2024-03-07 | 001204000060000 | 20 | 1 |\n"
)


def second(begin: str, end: str, dx: str = "J18.900", med_type: str = "21") -> str:
    return HEAD + FIRST + f"M2 | P1 | H2 | {begin} | {end} | {dx} | {med_type}\n"


def test_the_stay_in_which_less_was_done_is_accused_and_the_others_lines_are_named(city):
    findings = found(overlapping_stays, city(mdtrt_d=second("2024-03-05", "2024-03-12"), fee_list_d=CARE))
    assert findings.select("mdtrt_id", "fund_loss").rows() == [("M2", 14.0)]
    assert findings["related_bkkp_sns"].to_list() == [["A1", "A2"]]


def test_a_transfer_day_and_a_discharge_booked_a_day_late_are_lawful(city):
    assert found(overlapping_stays, city(mdtrt_d=second("2024-03-10", "2024-03-12"), fee_list_d=CARE)).is_empty()
    assert found(overlapping_stays, city(mdtrt_d=second("2024-03-09", "2024-03-12"), fee_list_d=CARE)).is_empty()


def test_one_shared_inner_day_is_enough(city):
    fees = CARE.replace("M2 | 2024-03-07", "M2 | 2024-03-11")
    assert found(overlapping_stays, city(mdtrt_d=second("2024-03-08", "2024-03-12"), fee_list_d=fees)).height == 1


def test_a_mother_and_her_newborn_on_one_number_are_lawful(city):
    assert found(overlapping_stays, city(mdtrt_d=second("2024-03-05", "2024-03-12", "P59.901", "52"), fee_list_d=CARE)).is_empty()


def test_a_stay_outside_the_city_accuses_the_citys_own(city):
    away = "setl_id | psn_no | fixmedins_code | med_type | begndate | enddate\nX1 | P1 | H9 | 21 | 2024-03-03 | 2024-03-08\n"
    findings = found(overlapping_stays, city(mdtrt_d=HEAD + FIRST, fee_list_d=CARE.replace("M2", "M1"), outmed_setl_d=away))
    assert findings["mdtrt_id"].to_list() == ["M1"]


def test_care_that_was_refunded_does_not_speak_for_a_stay(city):
    back = "R1 | M1 | 2024-03-08 | 001204000060000 | 90 | -1 | A1\nR2 | M1 | 2024-03-08 | 001204000060000 | 90 | -1 | A2\n"
    fees = CARE + back + "B0 | M1 | 2024-03-02 | 001109000010000 | 10 | 1 |\n"
    assert found(overlapping_stays, city(mdtrt_d=second("2024-03-05", "2024-03-12"), fee_list_d=fees))["mdtrt_id"].to_list() == ["M1"]


def test_a_third_overlap_does_not_repeat_the_finding(city):
    three = second("2024-03-05", "2024-03-12") + "M3 | P1 | H3 | 2024-03-05 | 2024-03-12 | J18.900 | 21\n"
    findings = found(overlapping_stays, city(mdtrt_d=three, fee_list_d=CARE + "C1 | M3 | 2024-03-07 | 001204000060000 | 30 | 1 |\n"))
    assert findings["mdtrt_id"].to_list() == ["M2", "M3"]


def test_a_stay_without_an_end_is_not_judged(city):
    assert found(overlapping_stays, city(mdtrt_d=second("2024-03-05", "-"), fee_list_d=CARE)).is_empty()
