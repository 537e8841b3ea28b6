"""Services dated outside the stay they are charged to."""

from __future__ import annotations

from models.rules.inpatient.charges_outside_stay import charges_outside_stay
from tests.rules.support import found, lines_of

STAY = """
    mdtrt_id | begntime         | endtime
    M1       | 2024-03-10 09:00 | 2024-03-15 10:00
"""
INSIDE = ["I1 | M1 | 2024-03-10 | 001109000010000 |  |", "I2 | M1 | 2024-03-11 | 001109000010000 |  |", "I3 | M1 | 2024-03-12 | 001204000060000 |  |"]


def lines(*rows: str) -> str:
    return "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | dscg_tkdrug_flag | init_feedetl_sn\n" + "\n".join([*INSIDE, *rows])


def test_nursing_on_the_third_day_after_discharge_is_found(city):
    t = city(mdtrt_d=STAY, fee_list_d=lines("L1 | M1 | 2024-03-18 | 001201000040000 |  |"))
    assert lines_of(found(charges_outside_stay, t)) == [["L1"]]


def test_a_line_on_the_last_day_of_grace_is_late_bookkeeping(city):
    t = city(mdtrt_d=STAY, fee_list_d=lines("L1 | M1 | 2024-03-17 | 001201000040000 |  |", "L2 | M1 | 2024-03-08 | 001204000060000 |  |"))
    assert found(charges_outside_stay, t).is_empty()


def test_drugs_to_take_home_are_lawful(city):
    t = city(mdtrt_d=STAY, fee_list_d=lines("L1 | M1 | 2024-03-19 | XC08CAA001A001010102180 | 1 |"))
    assert found(charges_outside_stay, t).is_empty()


def test_a_pathology_result_ten_days_later_is_lawful_and_one_of_the_eleventh_day_is_not(city):
    t = city(mdtrt_d=STAY, fee_list_d=lines("L1 | M1 | 2024-03-25 | 002703000010000 |  |", "L2 | M1 | 2024-03-26 | 002703000010000 |  |"))
    assert lines_of(found(charges_outside_stay, t)) == [["L2"]]


def test_tests_in_the_week_before_admission_are_lawful_treatment_is_not(city):
    t = city(mdtrt_d=STAY, fee_list_d=lines("L1 | M1 | 2024-03-03 | 002501010150000 |  |", "L2 | M1 | 2024-03-03 | 001204000060000 |  |"))
    assert lines_of(found(charges_outside_stay, t)) == [["L2"]]


def test_a_stay_most_of_whose_lines_lie_outside_is_misdated_not_guilty(city):
    rows = [f"X{d} | M1 | 2024-03-{d} | 001201000040000 |  |" for d in range(20, 29)]
    assert found(charges_outside_stay, city(mdtrt_d=STAY, fee_list_d=lines(*rows))).is_empty()


def test_a_refunded_line_is_no_evidence(city):
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | cnt | init_feedetl_sn
            I1      | M1       | 2024-03-11    | 001109000010000 | 1   |
            I2      | M1       | 2024-03-12    | 001109000010000 | 1   |
            L1      | M1       | 2024-03-20    | 001201000040000 | 1   |
            L2      | M1       | 2024-03-21    | 001201000040000 | -1  | L1
        """,
    )
    assert found(charges_outside_stay, t).is_empty()


def test_lines_of_one_stay_make_one_finding(city):
    t = city(mdtrt_d=STAY, fee_list_d=lines("L1 | M1 | 2024-03-18 | 001201000040000 |  |", "L2 | M1 | 2024-03-19 | 001201000040000 |  |"))
    assert lines_of(found(charges_outside_stay, t)) == [["L1", "L2"]]


def test_a_patient_still_in_hospital_has_no_end_to_exceed(city):
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime | inhosp_stas
            M1       | 2024-03-10 | -       | 1
        """,
        fee_list_d=lines("L1 | M1 | 2024-05-01 | 001201000040000 |  |"),
    )
    assert found(charges_outside_stay, t).is_empty()
