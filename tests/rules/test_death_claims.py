"""Claims of the dead."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    ("end", "way", "hits"), [("2024-03-13", 1, 1), ("2024-03-12", 1, 0), ("2024-03-13", 5, 0), ("2024-03-13", 4, 0), ("2024-03-13", "-", 0)]
)
def test_a_stay_that_goes_on_for_days_and_ends_alive_is_suspected_and_one_that_ends_in_death_is_not(city, end, way, hits):
    stay = f"mdtrt_id | begntime | endtime | dscg_way\nM1 | 2024-03-01 | {end} | {way}\n"
    rows = "".join(f"L{day} | M1 | 2024-03-{day} | 001109000010000 | | 1\n" for day in (10, 11, 12))
    findings = found(death_claims, city(die_reg_d=DEATH + "P1 | 2024-03-10 | 2\n", mdtrt_d=stay, fee_list_d=HEAD + rows))
    assert lines_of(findings) == [["L12"]] * hits
    assert findings["certainty"].to_list() == ["suspected"] * hits


def test_registries_that_contradict_each_other_are_read_in_favour_of_the_house(city):
    two = DEATH + "P1 | 2024-04-10 | 2\n"
    rows = "L1 | M1 | 2024-03-20 | 001204000060000 | | 1\nL2 | M2 | 2024-04-20 | 001204000060000 | | 1\n"
    assert lines_of(found(death_claims, city(die_reg_d=two, fee_list_d=HEAD + rows))) == [["L2"]]


def test_a_recognised_face_shows_that_the_registry_errs(city):
    scene = "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\nR1 | P1 | H1 | 4 | 2024-03-20 09:00 | 0.93\n"
    t = city(die_reg_d=DEATH, scene_rcd_d=scene, fee_list_d=HEAD + "L1 | M1 | 2024-03-20 | 001204000060000 | | 1")
    assert found(death_claims, t).is_empty()


def test_a_face_recognised_later_in_another_house_shows_that_the_person_was_alive(city):
    scene = "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\nR1 | P1 | H2 | 4 | 2024-05-02 09:00 | {}\n"
    line = HEAD + "L1 | M1 | 2024-03-20 | 001204000060000 | | 1"
    assert found(death_claims, city(die_reg_d=DEATH, scene_rcd_d=scene.format("0.93"), fee_list_d=line)).is_empty()
    assert found(death_claims, city(die_reg_d=DEATH, scene_rcd_d=scene.format("0.50"), fee_list_d=line)).height == 1


def test_one_entry_may_name_the_wrong_person_and_three_persons_at_one_house_are_certain(city):
    def sure(*houses: str) -> set[str]:
        visits = "".join(f"M{i} | P{i} | {house} | 2024-03-20\n" for i, house in enumerate(houses))
        t = city(
            die_reg_d="psn_no | die_date | data_src\n" + "".join(f"P{i} | 2024-03-10 | 1\n" for i in range(len(houses))),
            mdtrt_d="mdtrt_id | psn_no | fixmedins_code | begntime\n" + visits,
            fee_list_d=HEAD + "".join(f"L{i} | M{i} | 2024-03-20 | 001204000060000 | | 1\n" for i in range(len(houses))),
        )
        return set(found(death_claims, t)["certainty"])

    assert sure("H1") == sure("H1", "H1") == sure("H1", "H1", "H2") == {"suspected"}
    assert sure("H1", "H1", "H1") == {"definite"}


def test_a_death_that_two_registers_know_is_certain(city):
    twice = DEATH + "P1 | 2024-03-10 | 3\n"
    line = HEAD + "L1 | M1 | 2024-03-20 | 001204000060000 | | 1"
    assert found(death_claims, city(die_reg_d=twice, fee_list_d=line))["certainty"].to_list() == ["definite"]


def test_who_is_billed_by_three_houses_after_the_death_is_certain_for_none(city):
    twice = DEATH + "P1 | 2024-03-10 | 3\n"
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime\nM1 | P1 | H1 | 2024-03-20\nM2 | P1 | H2 | 2024-03-21\nM3 | P1 | H3 | 2024-03-22\n"
    rows = "L1 | M1 | 2024-03-20 | 001204000060000 | | 1\nL2 | M2 | 2024-03-21 | 001204000060000 | | 1\n"
    third = "L3 | M3 | 2024-03-22 | 001204000060000 | | 1\n"
    assert set(found(death_claims, city(die_reg_d=twice, mdtrt_d=visits, fee_list_d=HEAD + rows))["certainty"]) == {"definite"}
    assert set(found(death_claims, city(die_reg_d=twice, mdtrt_d=visits, fee_list_d=HEAD + rows + third))["certainty"]) == {"suspected"}


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


def test_whom_two_houses_go_on_treating_is_alive_and_prescriptions_and_shops_prove_nothing(city):
    def claims(second: str, code: str) -> int:
        visits = f"mdtrt_id | psn_no | fixmedins_code | begntime | med_type\nM1 | P1 | H1 | 2024-03-20 | 11\nM2 | P1 | {second} | 2024-04-20 | 11\n"
        rows = f"L1 | M1 | 2024-03-20 | {code} | | 1\nL2 | M2 | 2024-04-20 | 001102000010000 | | 1\n"
        return found(death_claims, city(die_reg_d=DEATH, mdtrt_d=visits, fee_list_d=HEAD + rows)).height

    assert claims("H2", "002501010150000") == 0
    assert claims("H1", "002501010150000") == 2
    assert claims("P2", "002501010150000") == 2
    assert claims("H2", "001102000010000") == 2


def test_two_houses_of_one_organisation_are_one(city):
    houses = "medins_code | prnt_medins_code\nH1 | G1\nH2 | G1\n"
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime\nM1 | P1 | H1 | 2024-03-20\nM2 | P1 | H2 | 2024-04-20\n"
    rows = "L1 | M1 | 2024-03-20 | 002501010150000 | | 1\nL2 | M2 | 2024-04-20 | 002501010150000 | | 1\n"
    assert found(death_claims, city(die_reg_d=DEATH, medins_info_b=houses, mdtrt_d=visits, fee_list_d=HEAD + rows)).height == 2
