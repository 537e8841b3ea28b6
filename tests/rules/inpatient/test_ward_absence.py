"""A patient whom the ward's terminal hardly ever saw."""

from __future__ import annotations

from models.rules.inpatient.ward_absence import ward_absence
from tests.rules.support import found

HEAD = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code\n"
SCENE = "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\n"


def draw(city, *, missing: int = 10, dx: str = "J18.900", scene_type: str = "2", **tables: str):
    """Five patients each seen on eight of ten days (0.8 of patient-days), and M1 unseen on the first ``missing`` days."""
    stays = HEAD + f"M1 | P1 | H1 | 2024-03-01 | 2024-03-10 | {dx}\n"
    stays += "".join(f"C{n} | Q{n} | H1 | 2024-03-01 | 2024-03-10 | J18.900\n" for n in range(5))
    faces = "".join(
        f"R{n}{d} | Q{n} | H1 | {scene_type} | 2024-03-{d:02d} 09:00 | 0.95\n" for n in range(5) for d in range(1, 11) if (d - 1) // 2 != n
    )
    faces += "".join(f"S{d} | P1 | H1 | {scene_type} | 2024-03-{d:02d} 09:00 | 0.95\n" for d in range(missing + 1, 11))
    fees = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | pric\nL1 | M1 | 2024-03-02 | 001109000010000 | 100\n"
    tables.setdefault("fee_list_d", fees)
    return city(mdtrt_d=stays, scene_rcd_d=SCENE + faces, **tables)


def test_a_stay_never_seen_where_others_are_seen_every_day_is_found(city):
    findings = found(ward_absence, draw(city))
    assert findings.select("mdtrt_id", "amount_at_issue", "fund_loss").rows() == [("M1", 100.0, 70.0)]


def test_two_of_ten_days_seen_are_beyond_chance_and_three_are_not(city):
    # at 0.8 a day: P(at most 2 of 10) = 0.00008, P(at most 3 of 10) = 0.0009
    assert found(ward_absence, draw(city, missing=8)).height == 1
    assert found(ward_absence, draw(city, missing=7)).is_empty()


def test_terminals_that_see_few_patient_days_accuse_nobody(city):
    faces = "".join(f"R{d} | Q0 | H1 | 2 | 2024-03-{d:02d} 09:00 | 0.95\n" for d in range(1, 11))
    stays = HEAD + "".join(f"C{n} | Q{n} | H1 | 2024-03-01 | 2024-03-10 | J18.900\n" for n in range(5))
    assert found(ward_absence, city(mdtrt_d=stays, scene_rcd_d=SCENE + faces)).is_empty()


def test_strokes_and_intensive_care_keep_a_patient_from_the_terminal(city):
    assert found(ward_absence, draw(city, dx="I63.900")).is_empty()
    intensive = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code\nL1 | M1 | 2024-03-02 | 001109000030000\n"
    assert found(ward_absence, draw(city, fee_list_d=intensive)).is_empty()


def test_days_on_which_no_terminal_worked_do_not_count(city):
    stays = HEAD + "M1 | P1 | H1 | 2024-02-01 | 2024-02-20 | J18.900\n"
    stays += "".join(f"C{n} | Q{n} | H1 | 2024-03-01 | 2024-03-10 | J18.900\n" for n in range(5))
    faces = "".join(f"R{n}{d} | Q{n} | H1 | 2 | 2024-03-{d:02d} 09:00 | 0.95\n" for n in range(5) for d in range(1, 11))
    assert found(ward_absence, city(mdtrt_d=stays, scene_rcd_d=SCENE + faces)).is_empty()


def test_a_patient_admitted_before_the_ward_had_a_terminal_was_never_enrolled_with_it(city):
    stays = HEAD + "M1 | P1 | H1 | 2024-02-29 | 2024-03-10 | J18.900\n"
    stays += "".join(f"C{n} | Q{n} | H1 | 2024-03-01 | 2024-03-10 | J18.900\n" for n in range(5))
    faces = "".join(f"R{n}{d} | Q{n} | H1 | 2 | 2024-03-{d:02d} 09:00 | 0.95\n" for n in range(5) for d in range(1, 11))
    assert found(ward_absence, city(mdtrt_d=stays, scene_rcd_d=SCENE + faces)).is_empty()
    assert found(ward_absence, city(mdtrt_d=stays.replace("2024-02-29", "2024-03-01"), scene_rcd_d=SCENE + faces)).height == 1


def test_records_of_other_scenes_say_nothing_about_a_ward(city):
    assert found(ward_absence, draw(city, scene_type="1")).is_empty()


def test_a_refunded_stay_has_nothing_at_issue(city):
    fees = """
        bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | cnt | pric | init_feedetl_sn
        L1      | M1       | 2024-03-02    | 001109000010000 | 1   | 100  |
        L2      | M1       | 2024-03-02    | 001109000010000 | -1  | 100  | L1
    """
    assert found(ward_absence, draw(city, fee_list_d=fees))["fund_loss"].sum() == 0


def test_two_records_of_one_day_are_one_day_seen(city):
    twice = draw(city, missing=9)
    assert found(ward_absence, twice).height == 1


def test_a_stay_still_going_on_is_not_judged(city):
    stays = HEAD + "M1 | P1 | H1 | 2024-03-01 | - | J18.900\n"
    stays += "".join(f"C{n} | Q{n} | H1 | 2024-03-01 | 2024-03-10 | J18.900\n" for n in range(5))
    faces = "".join(f"R{n}{d} | Q{n} | H1 | 2 | 2024-03-{d:02d} 09:00 | 0.95\n" for n in range(5) for d in range(1, 11))
    assert found(ward_absence, city(mdtrt_d=stays, scene_rcd_d=SCENE + faces)).is_empty()
