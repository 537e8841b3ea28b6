"""A stay that was a check-up."""

from __future__ import annotations

import pytest

from models.rules.inpatient.low_threshold_admission import low_threshold_admission
from tests.rules.support import found

HEAD = "mdtrt_id | begntime | endtime | dscg_maindiag_code | dscg_way | med_type\n"
CHECK_UP = """
    bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | pric | init_feedetl_sn | cnt
    L1      | M1       | 2024-03-01    | 002103000010000 | 500  |                 | 1
    L2      | M1       | 2024-03-01    | 002501010150000 | 350  |                 | 1
    L3      | M1       | 2024-03-01    | 001109000010000 | 100  |                 | 1
"""


def stay(dx: str = "R42.x00", end: str = "2024-03-03", way: str = "1", med_type: str = "21") -> str:
    return f"{HEAD}M1 | 2024-03-01 | {end} | {dx} | {way} | {med_type}"


def with_drug(price: int) -> str:
    return CHECK_UP + f"L4 | M1 | 2024-03-02 | XC08CAA001A001010102180 | {price} | | 1"


def test_tests_without_treatment_for_dizziness_are_a_check_up(city):
    findings = found(low_threshold_admission, city(mdtrt_d=stay(), fee_list_d=CHECK_UP))
    assert findings["mdtrt_id"].to_list() == ["M1"]
    assert findings["fund_loss"].to_list() == [665.0]


def test_treatment_just_above_a_tenth_of_the_fees_is_treatment(city):
    at = found(low_threshold_admission, city(mdtrt_d=stay(), fee_list_d=with_drug(105)))
    above = found(low_threshold_admission, city(mdtrt_d=stay(), fee_list_d=with_drug(110)))
    assert (at.height, above.height) == (1, 0)


def test_a_gene_test_does_not_make_a_treated_stay_a_check_up(city):
    gene = "L5 | M1 | 2024-03-02 | 002507000100000 | 2000 | | 1 | "
    head = CHECK_UP.replace("init_feedetl_sn | cnt", "init_feedetl_sn | cnt | hilist_name").replace(
        "                 | 1\n", "                 | 1 | x\n"
    )
    treated = head + "L4 | M1 | 2024-03-02 | XC08CAA001A001010102180 | 200 | | 1 | x\n"
    assert found(low_threshold_admission, city(mdtrt_d=stay(), fee_list_d=treated + gene + "化学药物用药指导的基因检测")).is_empty()
    assert found(low_threshold_admission, city(mdtrt_d=stay(), fee_list_d=treated + gene + "大套餐")).height == 1


@pytest.mark.parametrize(
    ("why", "drawn"),
    [
        ("a stroke is no ambulatory disease", stay(dx="I63.900")),
        ("six days are no check-up", stay(end="2024-03-07")),
        ("left against advice", stay(way="4")),
        ("day surgery", stay(med_type="28")),
        ("no diagnosis delivered", stay(dx="-")),
    ],
)
def test_what_explains_itself_is_lawful(city, why, drawn):
    assert found(low_threshold_admission, city(mdtrt_d=drawn, fee_list_d=CHECK_UP)).is_empty(), why


def test_an_emergency_admitted_on_suspicion_is_lawful(city):
    lists = """
        setl_id | mdtrt_id | psn_no | fixmedins_code | adm_way_code
        SM1     | M1       | P1     | H1             | 1
    """
    assert found(low_threshold_admission, city(mdtrt_d=stay(), fee_list_d=CHECK_UP, mdcs_fund_setl_list_d=lists)).is_empty()


def test_an_endoscopic_removal_is_what_the_stay_was_for(city):
    fees = CHECK_UP + "L4 | M1 | 2024-03-02 | 003309050100000 | 20 | | 1"
    assert found(low_threshold_admission, city(mdtrt_d=stay(), fee_list_d=fees)).is_empty()


def test_refunded_tests_leave_no_check_up(city):
    fees = CHECK_UP + "R1 | M1 | 2024-03-02 | 002103000010000 | 500 | L1 | -1\nR2 | M1 | 2024-03-02 | 002501010150000 | 350 | L2 | -1"
    assert found(low_threshold_admission, city(mdtrt_d=stay(), fee_list_d=fees)).is_empty()


def test_two_settlements_of_one_stay_make_one_finding(city):
    fees = """
        bkkp_sn | mdtrt_id | setl_id | fee_ocur_time | hilist_code     | pric
        L1      | M1       | S1      | 2024-03-01    | 002103000010000 | 500
        L2      | M1       | S2      | 2024-03-02    | 002501010150000 | 350
    """
    assert found(low_threshold_admission, city(mdtrt_d=stay(), fee_list_d=fees)).height == 1


def test_in_a_house_with_the_habit_a_little_treatment_for_show_does_not_hide_a_check_up(city):
    ids = ["M1", *(f"N{n}" for n in range(5))]
    drawn = HEAD + "".join(f"{i} | 2024-03-01 | 2024-03-03 | R42.x00 | 1 | 21\n" for i in ids)
    fees = "mdtrt_id | fee_ocur_time | hilist_code | pric\n" + "".join(f"{i} | 2024-03-01 | 002103000010000 | 850\n" for i in ids)
    fees += "M1 | 2024-03-02 | XC08CAA001A001010102180 | 200\n"
    assert found(low_threshold_admission, city(mdtrt_d=drawn, fee_list_d=fees)).height == 6
    assert found(low_threshold_admission, city(mdtrt_d=drawn, fee_list_d=fees), habit_stays_min=6).height == 5
