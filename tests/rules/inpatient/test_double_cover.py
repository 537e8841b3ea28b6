"""Reimbursed by hand here while enrolled elsewhere."""

from __future__ import annotations

from models.rules.inpatient.double_cover import double_cover
from tests.rules.support import found, lines_of

ELSEWHERE = "psn_no | insu_admdvs | begndate | enddate\nP1 | 440103 | 2024-01-01 | 2024-12-31\n"


def draw(city, day: str, *, how: str = "1", elsewhere: str = ELSEWHERE, extra: str = ""):
    head = "setl_id | mdtrt_id | setl_type | refd_setl_flag | init_setl_id | medfee_sumamt | inscp_amt | fund_pay_sumamt\n"
    setl = head + f"SM1 | M1 | {how} | 0 | | 10 | 10 | 7\n{extra}"
    return city(
        out_insu_d=elsewhere, setl_d=setl, fee_list_d=f"bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code\nL1 | M1 | {day} | 001204000060000\n"
    )


def test_a_receipt_reimbursed_while_enrolled_elsewhere_is_to_be_checked(city):
    findings = found(double_cover, draw(city, "2024-06-01"))
    assert lines_of(findings) == [["L1"]]
    assert findings["fund_loss"].to_list() == [7.0]


def test_the_month_in_which_a_relation_is_moved_is_lawful(city):
    assert found(double_cover, draw(city, "2024-02-01")).is_empty()
    assert found(double_cover, draw(city, "2024-02-02")).height == 1


def test_a_settlement_by_card_cannot_be_settled_twice(city):
    assert found(double_cover, draw(city, "2024-06-01", how="2")).is_empty()


def test_after_the_other_enrolment_ended_all_is_lawful(city):
    assert found(double_cover, draw(city, "2025-01-01")).is_empty()


def test_a_refunded_reimbursement_did_not_happen(city):
    assert found(double_cover, draw(city, "2024-06-01", extra="SR | M1 | 1 | 1 | SM1 | -10 | -10 | -7\n")).is_empty()


def test_two_enrolments_elsewhere_make_one_finding(city):
    assert found(double_cover, draw(city, "2024-06-01", elsewhere=ELSEWHERE + "P1 | 440305 | 2024-01-05 | -\n")).height == 1


def test_an_enrolment_without_end_goes_on(city):
    assert found(double_cover, draw(city, "2025-06-01", elsewhere=ELSEWHERE.replace("2024-12-31", "-"))).height == 1
