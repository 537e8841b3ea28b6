"""Treated here while lying in a hospital in another city."""

from __future__ import annotations

import pytest

from models.rules.inpatient.treated_here_hospitalised_away import treated_here_hospitalised_away
from tests.rules.support import found, lines_of

AWAY = "setl_id | psn_no | fixmedins_code | med_type | begndate | enddate\nX1 | P1 | H44 | {} | 2024-03-01 | 2024-03-10\n"
HEAD = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | etip_flag | init_feedetl_sn | cnt\n"


def draw(city, row: str, *, med_type: str = "21", extra: str = ""):
    return city(outmed_setl_d=AWAY.format(med_type) + extra, fee_list_d=HEAD + row)


def test_an_infusion_here_on_an_inner_day_is_found(city):
    t = draw(city, "L1 | M1 | 2024-03-05 | 001204000060000 | | | 1")
    assert lines_of(found(treated_here_hospitalised_away, t)) == [["L1"]]


@pytest.mark.parametrize(("day", "number"), [("2024-03-01", 0), ("2024-03-02", 1), ("2024-03-09", 1), ("2024-03-10", 0)])
def test_days_of_travel_are_left_out(city, day, number):
    assert found(treated_here_hospitalised_away, draw(city, f"L1 | M1 | {day} | 001204000060000 | | | 1")).height == number


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
    assert found(treated_here_hospitalised_away, draw(city, "L1 | M1 | 2024-03-05 | 001204000060000 | | | 1", extra=twice)).height == 1


def test_a_settlement_away_without_a_type_proves_nothing(city):
    assert found(treated_here_hospitalised_away, draw(city, "L1 | M1 | 2024-03-05 | 001204000060000 | | | 1", med_type="-")).is_empty()
