"""The terminal saw somebody else."""

from __future__ import annotations

from models.rules.inpatient.face_mismatch import face_mismatch
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | init_feedetl_sn | cnt\n"
TWO = HEAD + "L1 | M1 | 2024-03-01 | 001204000060000 | | 1\nL2 | M2 | 2024-03-05 | 001204000060000 | | 1\n"


def scenes(*rows: str) -> str:
    return "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\n" + "\n".join(f"R{n} | P1 | {row}" for n, row in enumerate(rows))


def test_two_days_of_a_strange_face_are_found(city):
    t = city(fee_list_d=TWO, scene_rcd_d=scenes("H1 | 4 | 2024-03-01 09:00 | 0.41", "H1 | 4 | 2024-03-05 09:00 | 0.44"))
    assert lines_of(found(face_mismatch, t)) == [["L1", "L2"]]


def test_one_strange_day_is_a_bad_picture_unless_the_person_is_known_from_elsewhere(city):
    one = "H1 | 4 | 2024-03-01 09:00 | 0.41"
    assert found(face_mismatch, city(fee_list_d=TWO, scene_rcd_d=scenes(one))).is_empty()
    known = city(fee_list_d=TWO, scene_rcd_d=scenes(one, "H2 | 3 | 2024-02-01 09:00 | 0.95"))
    assert lines_of(found(face_mismatch, known)) == [["L1"]]


def test_the_threshold_itself_is_no_mismatch(city):
    t = city(fee_list_d=TWO, scene_rcd_d=scenes("H1 | 4 | 2024-03-01 09:00 | 0.6", "H1 | 4 | 2024-03-05 09:00 | 0.6"))
    assert found(face_mismatch, t).is_empty()


def test_the_best_picture_of_the_day_decides(city):
    rows = ("H1 | 4 | 2024-03-01 09:00 | 0.41", "H1 | 4 | 2024-03-01 09:01 | 0.92", "H1 | 4 | 2024-03-05 09:00 | 0.44")
    t = city(fee_list_d=TWO, scene_rcd_d=scenes(*rows))
    assert lines_of(found(face_mismatch, t)) == [["L2"]]


def test_a_refunded_line_is_no_evidence(city):
    fees = TWO + "R1 | M1 | 2024-03-02 | 001204000060000 | L1 | -1\nR2 | M2 | 2024-03-06 | 001204000060000 | L2 | -1\n"
    t = city(fee_list_d=fees, scene_rcd_d=scenes("H1 | 4 | 2024-03-01 09:00 | 0.41", "H1 | 4 | 2024-03-05 09:00 | 0.44"))
    assert found(face_mismatch, t).is_empty()


def test_a_record_delivered_twice_is_one_day(city):
    t = city(fee_list_d=TWO, scene_rcd_d=scenes("H1 | 4 | 2024-03-01 09:00 | 0.41", "H1 | 4 | 2024-03-01 09:00 | 0.41"))
    assert found(face_mismatch, t).is_empty()


def test_a_record_without_a_score_says_nothing(city):
    t = city(fee_list_d=TWO, scene_rcd_d=scenes("H1 | 4 | 2024-03-01 09:00 | -", "H1 | 4 | 2024-03-05 09:00 | -"))
    assert found(face_mismatch, t).is_empty()


THREE = TWO + "L3 | M3 | 2024-03-03 | 001204000060000 | | 1\nL4 | M4 | 2024-03-06 | 001204000060000 | | 1\n"
STRANGE = ("H1 | 4 | 2024-03-01 09:00 | 0.41", "H1 | 4 | 2024-03-05 09:00 | 0.44")


def test_visits_between_strange_days_are_to_be_asked_about_where_the_holder_was_never_seen_but_are_not_at_issue(city):
    hits = found(face_mismatch, city(fee_list_d=THREE, scene_rcd_d=scenes(*STRANGE)))
    assert lines_of(hits) == [["L1", "L2"]]
    assert hits["related_bkkp_sns"].to_list() == [["L3"]]


def test_where_the_holder_came_himself_once_the_visits_between_may_be_his(city):
    hits = found(face_mismatch, city(fee_list_d=THREE, scene_rcd_d=scenes(*STRANGE, "H1 | 4 | 2024-03-06 09:00 | 0.95")))
    assert lines_of(hits) == [["L1", "L2"]]
    assert hits["related_bkkp_sns"].list.len().to_list() == [0]


def house(persons: int, strangers: int, recognised: int) -> dict[str, str]:
    """One visit each: the first ``strangers`` are seen as strangers at H1, the next ``recognised`` as themselves; many at H2 as themselves."""
    fees, rows = HEAD.replace("mdtrt_id", "mdtrt_id | psn_no"), "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\n"
    for n in range(persons):
        score = 0.4 if n < strangers else 0.95 if n < strangers + recognised else 0.7
        fees += f"L{n} | M{n} | P{n} | 2024-03-01 | 001204000060000 | | 1\n"
        rows += f"R{n} | P{n} | H1 | 4 | 2024-03-01 09:00 | {score}\n"
    rows += "".join(f"S{n} | Q{n} | H2 | 4 | 2024-03-01 09:00 | 0.95\n" for n in range(60))
    return {"fee_list_d": fees, "scene_rcd_d": rows}


def test_a_house_that_sees_one_stranger_after_the_other_answers_for_single_days(city):
    assert len(found(face_mismatch, city(**house(8, 3, 5)))) == 3
    assert found(face_mismatch, city(**house(8, 2, 6))).is_empty()


def test_a_camera_that_recognises_few_is_no_proof(city):
    assert found(face_mismatch, city(**house(8, 3, 4))).is_empty()
