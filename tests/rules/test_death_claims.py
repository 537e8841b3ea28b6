"""Claims of the dead."""

from __future__ import annotations

from models.rules.death_claims import death_claims
from tests.rules.support import found, lines_of

DEATH = "psn_no | die_date | data_src\nP1 | 2024-03-10 | 1\n"
HEAD = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | init_feedetl_sn | cnt\n"


def test_a_visit_two_days_after_the_death_is_found_and_one_day_after_is_grace(city):
    rows = "L1 | M1 | 2024-03-11 | 001204000060000 | | 1\nL2 | M2 | 2024-03-12 | 001204000060000 | | 1\n"
    assert lines_of(found(death_claims, city(die_reg_d=DEATH, fee_list_d=HEAD + rows))) == [["L2"]]


def test_lines_posted_late_for_a_stay_that_ended_with_the_death_are_bookkeeping(city):
    stay = "mdtrt_id | begntime | endtime\nM1 | 2024-03-01 | 2024-03-10\n"
    assert found(death_claims, city(die_reg_d=DEATH, mdtrt_d=stay, fee_list_d=HEAD + "L1 | M1 | 2024-03-13 | 001204000060000 | | 1")).is_empty()


def test_registries_that_contradict_each_other_are_read_in_favour_of_the_house(city):
    two = DEATH + "P1 | 2024-04-10 | 2\n"
    rows = "L1 | M1 | 2024-03-20 | 001204000060000 | | 1\nL2 | M2 | 2024-04-20 | 001204000060000 | | 1\n"
    assert lines_of(found(death_claims, city(die_reg_d=two, fee_list_d=HEAD + rows))) == [["L2"]]


def test_a_recognised_face_shows_that_the_registry_errs(city):
    scene = "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\nR1 | P1 | H1 | 4 | 2024-03-20 09:00 | 0.93\n"
    t = city(die_reg_d=DEATH, scene_rcd_d=scene, fee_list_d=HEAD + "L1 | M1 | 2024-03-20 | 001204000060000 | | 1")
    assert found(death_claims, t).is_empty()


def test_a_refunded_line_is_no_evidence(city):
    rows = "L1 | M1 | 2024-03-20 | 001204000060000 | | 1\nL2 | M1 | 2024-03-21 | 001204000060000 | L1 | -1"
    assert found(death_claims, city(die_reg_d=DEATH, fee_list_d=HEAD + rows)).is_empty()


def test_a_death_reported_twice_finds_a_visit_once(city):
    twice = DEATH + "P1 | 2024-03-10 | 3\n"
    assert found(death_claims, city(die_reg_d=twice, fee_list_d=HEAD + "L1 | M1 | 2024-03-20 | 001204000060000 | | 1")).height == 1


def test_lines_not_yet_settled_count_without_a_loss(city):
    rows = "bkkp_sn | mdtrt_id | setl_id | fee_ocur_time | hilist_code\nL1 | M1 | - | 2024-03-20 | 001204000060000\n"
    findings = found(death_claims, city(die_reg_d=DEATH, fee_list_d=rows))
    assert findings.select("amount_at_issue", "fund_loss").row(0) == (10.0, 0.0)
