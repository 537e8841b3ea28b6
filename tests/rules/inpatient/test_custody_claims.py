"""Claims of persons in custody."""

from __future__ import annotations

from models.rules.inpatient.custody_claims import custody_claims
from tests.rules.support import found, lines_of

CUSTODY = "psn_no | begndate | enddate\nP1 | 2024-03-01 | 2024-05-31\n"
HEAD = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | init_feedetl_sn | cnt\n"


def test_a_visit_during_custody_is_found(city):
    findings = found(custody_claims, city(cust_reg_d=CUSTODY, fee_list_d=HEAD + "L1 | M1 | 2024-04-01 | 001204000060000 | | 1"))
    assert lines_of(findings) == [["L1"]]


def _sure(city, *visits: tuple[str, str]) -> dict[str, str]:
    """Visit → certainty, of visits (person, house) of persons all of whom are in custody."""
    numbered = list(enumerate(visits))
    t = city(
        cust_reg_d="psn_no | begndate | enddate\n" + "".join(f"{person} | 2024-03-01 | 2024-05-31\n" for person in sorted({v[0] for v in visits})),
        mdtrt_d="mdtrt_id | psn_no | fixmedins_code | med_type | begntime\n"
        + "".join(f"M{i} | {person} | {house} | 11 | 2024-04-01\n" for i, (person, house) in numbered),
        fee_list_d=HEAD + "".join(f"L{i} | M{i} | 2024-04-01 | 001204000060000 | | 1\n" for i, _ in numbered),
    )
    findings = found(custody_claims, t)
    return dict(zip(findings["mdtrt_id"], findings["certainty"], strict=True))


def test_one_entry_may_name_the_wrong_person_and_three_persons_at_one_house_are_certain(city):
    assert set(_sure(city, ("P1", "H1"), ("P2", "H1")).values()) == {"suspected"}
    assert set(_sure(city, ("P1", "H1"), ("P2", "H1"), ("P3", "H1")).values()) == {"definite"}


def test_who_is_billed_by_three_houses_while_in_custody_was_released(city):
    released = [("P1", "H1"), ("P1", "H2"), ("P1", "H3")]
    sure = _sure(city, *released, ("P2", "H1"), ("P3", "H1"))
    assert sure == {"M0": "suspected", "M1": "suspected", "M2": "suspected", "M3": "definite", "M4": "definite"}


def test_the_day_of_grace_at_either_end_is_lawful(city):
    rows = "L1 | M1 | 2024-03-01 | 001204000060000 | | 1\nL2 | M2 | 2024-05-31 | 001204000060000 | | 1\n"
    assert found(custody_claims, city(cust_reg_d=CUSTODY, fee_list_d=HEAD + rows)).is_empty()
    inner = rows.replace("03-01", "03-02").replace("05-31", "05-30")
    assert found(custody_claims, city(cust_reg_d=CUSTODY, fee_list_d=HEAD + inner)).height == 2


def test_a_stay_that_was_going_on_when_the_person_was_taken_is_lawful(city):
    stay = "mdtrt_id | begntime | endtime\nM1 | 2024-02-20 | 2024-03-10\n"
    assert found(custody_claims, city(cust_reg_d=CUSTODY, mdtrt_d=stay, fee_list_d=HEAD + "L1 | M1 | 2024-03-08 | 001204000060000 | | 1")).is_empty()


def test_a_stay_in_custody_is_suspected_since_medical_release_may_be_missing(city):
    stay = "mdtrt_id | begntime | endtime\nM1 | 2024-04-01 | 2024-04-10\n"
    findings = found(custody_claims, city(cust_reg_d=CUSTODY, mdtrt_d=stay, fee_list_d=HEAD + "L1 | M1 | 2024-04-02 | 001204000060000 | | 1"))
    assert findings["certainty"].to_list() == ["suspected"]


def test_a_face_recognised_there_that_day_shows_the_registry_errs(city):
    scene = "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\nR1 | P1 | H1 | 4 | 2024-04-01 09:00 | 0.93\n"
    t = city(cust_reg_d=CUSTODY, scene_rcd_d=scene, fee_list_d=HEAD + "L1 | M1 | 2024-04-01 | 001204000060000 | | 1")
    assert found(custody_claims, t).is_empty()


def test_a_refunded_line_is_no_evidence(city):
    rows = "L1 | M1 | 2024-04-01 | 001204000060000 | | 1\nL2 | M1 | 2024-04-02 | 001204000060000 | L1 | -1"
    assert found(custody_claims, city(cust_reg_d=CUSTODY, fee_list_d=HEAD + rows)).is_empty()


def test_a_custody_registered_twice_finds_a_visit_once(city):
    twice = CUSTODY + "P1 | 2024-03-15 | 2024-06-30\n"
    assert found(custody_claims, city(cust_reg_d=twice, fee_list_d=HEAD + "L1 | M1 | 2024-04-01 | 001204000060000 | | 1")).height == 1


def test_a_custody_without_end_goes_on(city):
    assert (
        found(
            custody_claims, city(cust_reg_d=CUSTODY.replace("2024-05-31", "-"), fee_list_d=HEAD + "L1 | M1 | 2024-12-01 | 001204000060000 | | 1")
        ).height
        == 1
    )
