"""The bed is charged while its patient is elsewhere."""

from __future__ import annotations

import pytest

from models.rules.inpatient.elsewhere_during_stay import elsewhere_during_stay
from tests.rules.support import found, lines_of

STAYS = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime\nM1 | P1 | H1 | 2024-03-01 | 2024-03-08\n"
CROWD = "".join(f"C{n} | Q{n} | H2 | 2024-03-01 | 2024-03-08\n" for n in range(40))
FEES = "bkkp_sn | mdtrt_id | psn_no | fixmedins_code | fee_ocur_time | hilist_code | med_type | etip_flag | etip_hosp_code | init_feedetl_sn | cnt\n"


def draw(city, *rows: str, stays: str = STAYS, **tables: str):
    beds = "".join(f"B{d} | M1 | P1 | H1 | 2024-03-0{d} | 001109000010000 | 21 | | | | \n" for d in range(1, 8))
    return city(mdtrt_d=stays + CROWD, fee_list_d=FEES + beds + "\n".join(rows), **tables)


def test_a_blood_test_at_a_village_clinic_on_an_inner_day_puts_that_days_bed_at_issue(city):
    levels = "fixmedins_code | hosp_lv\nH9 | 11\n"
    findings = found(elsewhere_during_stay, draw(city, "V1 | V | P1 | H9 | 2024-03-04 | 002501010150000 | 11 | | | |", fixmedins_b=levels))
    assert findings.select("mdtrt_id", "amount_at_issue", "fund_loss").rows() == [("M1", 10.0, 7.0)]
    assert lines_of(findings) == [["B4"]]
    assert findings["related_bkkp_sns"].to_list() == [["V1"]]


@pytest.mark.parametrize("day", ["2024-03-01", "2024-03-08"])
def test_the_day_of_admission_or_discharge_proves_nothing(city, day):
    assert found(elsewhere_during_stay, draw(city, f"V1 | V | P1 | H9 | {day} | 001204000060000 | 11 | | | |")).is_empty()


def test_one_collection_of_drugs_may_be_a_relatives_errand(city):
    drug = "V1 | V | P1 | H9 | 2024-03-04 | XC08CAA001A001010102180 | 11 | | | |"
    shop = "V2 | W | P1 | P9 | 2024-03-05 | XC08CAA001A001010102180 | 41 | | | |"
    assert found(elsewhere_during_stay, draw(city, drug, shop)).is_empty()


def test_tests_only_at_an_equal_hospital_are_an_examination_by_referral(city):
    assert found(elsewhere_during_stay, draw(city, "V1 | V | P1 | H9 | 2024-03-04 | 002103000010000 | 11 | | | |")).is_empty()


def test_dialysis_and_samples_sent_out_are_lawful(city):
    dialysis = "V1 | V | P1 | H9 | 2024-03-04 | 003110000060000 | 14 | | | |"
    sample = "V2 | W | P1 | H9 | 2024-03-05 | 001204000060000 | 11 | 1 | H9 | |"
    assert found(elsewhere_during_stay, draw(city, dialysis, sample)).is_empty()


def test_a_refunded_visit_did_not_take_place(city):
    rows = (
        "V1 | V | P1 | H9 | 2024-03-04 | 001204000060000 | 11 | | | |",
        "V2 | V | P1 | H9 | 2024-03-04 | 001204000060000 | 11 | | | V1 | -1",
    )
    assert found(elsewhere_during_stay, draw(city, *rows)).is_empty()


def test_a_face_in_another_clinic_is_evidence_and_a_poor_match_is_not(city):
    scene = "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\nR1 | P1 | H9 | 4 | 2024-03-04 09:00 | {}\n"
    assert found(elsewhere_during_stay, draw(city, scene_rcd_d=scene.format("0.95"))).height == 1
    assert found(elsewhere_during_stay, draw(city, scene_rcd_d=scene.format("0.79"))).is_empty()


def test_a_house_with_the_habit_answers_for_the_whole_stay_even_for_errands(city):
    stays = STAYS + "".join(f"M{n} | P{n} | H1 | 2024-04-01 | 2024-04-08\n" for n in (2, 3))
    rows = [f"N{n} | M{n} | P{n} | H1 | 2024-04-02 | 001109000010000 | 21 | | | |" for n in (2, 3)]
    rows += [f"V{n} | V{n} | P{n} | H9 | 2024-04-04 | XC08CAA001A001010102180 | 11 | | | |" for n in (2, 3)]
    rows.append("V1 | V1 | P1 | H9 | 2024-03-04 | XC08CAA001A001010102180 | 11 | | | |")
    findings = found(elsewhere_during_stay, draw(city, *rows, stays=stays))
    assert findings.select("mdtrt_id", "amount_at_issue").rows() == [("M1", 70.0), ("M2", 10.0), ("M3", 10.0)]


def test_the_same_visit_seen_by_face_and_by_bill_makes_one_finding(city):
    scene = "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\nR1 | P1 | H9 | 4 | 2024-03-04 09:00 | 0.95\n"
    rows = ("V1 | V | P1 | H9 | 2024-03-04 | 001204000060000 | 11 | | | |", "V2 | V | P1 | H9 | 2024-03-04 | 003401000010000 | 11 | | | |")
    assert found(elsewhere_during_stay, draw(city, *rows, scene_rcd_d=scene)).height == 1


def test_a_stay_without_an_end_is_read_up_to_its_last_line(city):
    stays = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | inhosp_stas\nM1 | P1 | H1 | 2024-03-01 | - | 1\n"
    t = city(
        mdtrt_d=stays,
        fee_list_d=FEES
        + "B1 | M1 | P1 | H1 | 2024-03-01 | 001109000010000 | 21 | | | |\n"
        + "B3 | M1 | P1 | H1 | 2024-03-03 | 001109000010000 | 21 | | | |\nB2 | M1 | P1 | H1 | 2024-03-05 | 001109000010000 | 21 | | | |\n"
        + "V1 | V | P1 | H9 | 2024-03-03 | 001204000060000 | 11 | | | |\nV2 | W | P1 | H9 | 2024-03-20 | 001204000060000 | 11 | | | |",
    )
    findings = found(elsewhere_during_stay, t)
    assert findings["related_bkkp_sns"].to_list() == [["V1"]]


def test_a_lone_visit_elsewhere_accuses_nobody_when_the_ward_cared_for_its_patient_that_day(city):
    care = [f"D{d} | M1 | P1 | H1 | 2024-03-0{d} | 002501010150000 | 21 | | | |" for d in range(1, 8)]
    assert found(elsewhere_during_stay, draw(city, *care, "V1 | V | P1 | H9 | 2024-03-04 | 001204000060000 | 11 | | | |")).is_empty()


def test_a_lone_visit_counts_only_when_most_days_of_the_stay_were_empty(city):
    care = [f"D{d} | M1 | P1 | H1 | 2024-03-0{d} | 002501010150000 | 21 | | | |" for d in (2, 3, 5, 6)]
    visit = "V1 | V | P1 | H9 | 2024-03-04 | 001204000060000 | 11 | | | |"
    assert found(elsewhere_during_stay, draw(city, *care, visit)).is_empty()
    assert found(elsewhere_during_stay, draw(city, *care[:3], visit)).height == 1


def test_where_charges_are_posted_days_at_once_an_empty_day_proves_nothing(city):
    t = city(
        mdtrt_d=STAYS + CROWD,
        fee_list_d=FEES
        + "B1 | M1 | P1 | H1 | 2024-03-07 | 001109000010000 | 21 | | | | 7\n"
        + "V1 | V | P1 | H9 | 2024-03-04 | 001204000060000 | 11 | | | |",
    )
    assert found(elsewhere_during_stay, t).is_empty()


def _shoppers(places: list[str]) -> tuple[str, list[str]]:
    stays = STAYS + "".join(f"M{n} | P{n} | H1 | 2024-04-01 | 2024-04-08\n" for n in range(2, 6))
    rows = [f"N{n} | M{n} | P{n} | H1 | 2024-04-02 | 001109000010000 | 21 | | | |" for n in range(2, 6)]
    rows += [
        f"S{n} | W{n} | P{n} | {place} | 2024-04-04 | XC08CAA001A001010102180 | 41 | | | |" for n, place in zip(range(2, 6), places, strict=True)
    ]
    return stays, rows


def test_in_patients_shopping_all_over_town_as_a_habit_are_not_in_their_beds(city):
    stays, rows = _shoppers(["P6", "P7", "P8", "P9"])
    assert found(elsewhere_during_stay, draw(city, *rows, stays=stays))["mdtrt_id"].to_list() == ["M2", "M3", "M4", "M5"]


def test_purchases_at_the_pharmacy_beside_the_hospital_are_the_relatives(city):
    stays, rows = _shoppers(["P9", "P9", "P9", "P8"])
    assert found(elsewhere_during_stay, draw(city, *rows, stays=stays)).is_empty()


def test_where_one_place_treats_the_patients_of_many_hospitals_the_hospitals_are_not_accused(city):
    stays = STAYS + "".join(f"M{n} | P{n} | H{n} | 2024-04-01 | 2024-04-08\n" for n in range(3, 8))
    rows = [f"D{n} | M{n} | P{n} | H{n} | 2024-04-04 | 002501010150000 | 21 | | | |" for n in range(3, 8)]
    rows += [f"V{n} | V{n} | P{n} | H9 | 2024-04-04 | 001204000060000 | 11 | | | |" for n in range(3, 8)]
    assert found(elsewhere_during_stay, draw(city, *rows, stays=stays)).is_empty()


def test_perfusion_and_the_face_in_the_dialysis_room_are_dialysis_too(city):
    perfusion = "V1 | V | P1 | H9 | 2024-03-04 | 003110000100000 | 14 | | | |"
    scene = "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\nR1 | P1 | H9 | {} | 2024-03-05 09:00 | 0.95\n"
    assert found(elsewhere_during_stay, draw(city, perfusion, scene_rcd_d=scene.format(1))).is_empty()
    assert found(elsewhere_during_stay, draw(city, perfusion, scene_rcd_d=scene.format(4))).height == 1


@pytest.mark.parametrize("kind", ["护理院(医养结合)", "专科医院-精神"])
def test_one_outing_to_a_physician_from_a_house_that_nurses_only_is_no_empty_bed(city, kind):
    visit = "V1 | V | P1 | H9 | 2024-03-04 | 001204000060000 | 11 | | | |"
    assert found(elsewhere_during_stay, draw(city, visit)).height == 1
    assert found(elsewhere_during_stay, draw(city, visit, medins_info_b=f"medins_code | medins_type_name\nH1 | {kind}\n")).is_empty()
