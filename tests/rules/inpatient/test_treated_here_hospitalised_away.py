"""Treated here while lying in a hospital in another city."""

from __future__ import annotations

import pytest

from models.rules.inpatient.treated_here_hospitalised_away import treated_here_hospitalised_away
from tests.rules.support import found, lines_of

AWAY = "setl_id | psn_no | fixmedins_code | med_type | begndate | enddate\nX1 | P1 | H44 | {} | 2024-03-01 | 2024-03-10\n"
HEAD = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | etip_flag | init_feedetl_sn | cnt\n"


#: another visit of the person to the house during the stay away
OTHER = "\nL9 | M9 | 2024-03-06 | 003401000010000 | | | 1"


def draw(city, row: str, *, med_type: str = "21", extra: str = "", other: str = OTHER):
    return city(outmed_setl_d=AWAY.format(med_type) + extra, fee_list_d=HEAD + row + other)


def test_two_treatments_here_on_inner_days_are_found(city):
    t = draw(city, "L1 | M1 | 2024-03-05 | 001204000060000 | | | 1")
    assert lines_of(found(treated_here_hospitalised_away, t)) == [["L1"], ["L9"]]


@pytest.mark.parametrize(("day", "number"), [("2024-03-01", 0), ("2024-03-02", 2), ("2024-03-09", 2), ("2024-03-10", 0)])
def test_days_of_travel_are_left_out(city, day, number):
    assert found(treated_here_hospitalised_away, draw(city, f"L1 | M1 | {day} | 001204000060000 | | | 1")).height == number


def test_one_visit_may_be_a_coarse_date(city):
    assert found(treated_here_hospitalised_away, draw(city, "L1 | M1 | 2024-03-05 | 001204000060000 | | | 1", other="")).is_empty()


def test_drugs_fetched_by_a_relative_and_samples_sent_out_are_lawful(city):
    assert found(treated_here_hospitalised_away, draw(city, "L1 | M1 | 2024-03-05 | XC08CAA001A001010102180 | | | 1")).is_empty()
    assert found(treated_here_hospitalised_away, draw(city, "L1 | M1 | 2024-03-05 | 002501010150000 | 1 | | 1")).is_empty()


def test_a_settlement_away_that_was_no_stay_proves_nothing(city):
    assert found(treated_here_hospitalised_away, draw(city, "L1 | M1 | 2024-03-05 | 001204000060000 | | | 1", med_type="11")).is_empty()


def test_a_refunded_service_is_no_evidence(city):
    rows = "L1 | M1 | 2024-03-05 | 001204000060000 | | | 1\nL2 | M1 | 2024-03-05 | 001204000060000 | | L1 | -1"
    assert found(treated_here_hospitalised_away, draw(city, rows)).is_empty()


def test_two_settlements_of_one_stay_away_find_a_visit_once(city):
    twice = "X2 | P1 | H44 | 21 | 2024-03-02 | 2024-03-10\n"
    assert found(treated_here_hospitalised_away, draw(city, "L1 | M1 | 2024-03-05 | 001204000060000 | | | 1", extra=twice)).height == 2


def test_a_settlement_away_without_a_type_proves_nothing(city):
    assert found(treated_here_hospitalised_away, draw(city, "L1 | M1 | 2024-03-05 | 001204000060000 | | | 1", med_type="-")).is_empty()
