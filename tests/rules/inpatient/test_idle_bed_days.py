"""Bed and nursing without anything done."""

from __future__ import annotations

from models.rules.inpatient.idle_bed_days import idle_bed_days
from tests.rules.support import found, lines_of

STAY = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime\nM1 | P1 | H1 | 2024-03-01 | 2024-03-08\n"
HONEST = "".join(f"C{n} | Q{n} | G{n} | 2024-03-01 | 2024-03-05\n" for n in range(3))
FEES = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | dscg_tkdrug_flag | init_feedetl_sn\n"
CARE_OF_OTHERS = "".join(
    f"O{n}{d} | C{n} | 2024-03-0{d} | 001109000010000 | 1 | |\nI{n}{d} | C{n} | 2024-03-0{d} | 001204000060000 | 1 | |\n"
    for n in range(3)
    for d in (2, 3, 4)
)


def draw(city, treated: tuple[int, ...], *rows: str, **tables: str):
    beds = "".join(f"B{d} | M1 | 2024-03-0{d} | 001109000010000 | 1 | |\n" for d in range(1, 9))
    care = "".join(f"T{d} | M1 | 2024-03-0{d} | 001204000060000 | 1 | |\n" for d in treated)
    return city(mdtrt_d=STAY + HONEST, fee_list_d=FEES + CARE_OF_OTHERS + beds + care + "\n".join(rows), **tables)


def test_three_of_six_inner_days_without_care_are_found_with_their_beds(city):
    assert lines_of(found(idle_bed_days, draw(city, (1, 2, 3, 4)))) == [["B5", "B6", "B7"]]


def test_two_idle_days_are_the_nearest_miss(city):
    assert found(idle_bed_days, draw(city, (2, 3, 4, 5))).is_empty()


def test_a_token_of_saline_is_no_treatment_and_a_test_is(city):
    saline = [f"S{d} | M1 | 2024-03-0{d} | XB05XAL070B002010102924 | 0.1 | |" for d in (5, 6, 7)]
    assert lines_of(found(idle_bed_days, draw(city, (1, 2, 3, 4), *saline))) == [["B5", "B6", "B7"]]
    tests = [f"S{d} | M1 | 2024-03-0{d} | 002501010150000 | 0.1 | |" for d in (5, 6, 7)]
    assert found(idle_bed_days, draw(city, (1, 2, 3, 4), *tests)).is_empty()


def test_idleness_on_the_days_of_admission_and_discharge_does_not_count(city):
    assert found(idle_bed_days, draw(city, (2, 3, 4, 5, 6))).is_empty()


def test_tablets_dispensed_earlier_treat_the_days_that_follow(city):
    assert found(idle_bed_days, draw(city, (1, 2, 3, 4), "X1 | M1 | 2024-03-02 | XN05AHA001A001010102180 | 1 | |")).is_empty()


def test_drugs_to_take_home_are_no_care_of_a_day_in_hospital(city):
    take_home = "X1 | M1 | 2024-03-05 | XJ01DDT035B001010103569 | 1 | 1 |"
    assert lines_of(found(idle_bed_days, draw(city, (1, 2, 3, 4), take_home))) == [["B5", "B6", "B7"]]


def test_care_that_was_refunded_leaves_the_day_idle(city):
    rows = ("T5 | M1 | 2024-03-05 | 001204000060000 | 1 | |", "R5 | M1 | 2024-03-06 | 001204000060000 | -1 | | T5")
    assert lines_of(found(idle_bed_days, draw(city, (1, 2, 3, 4), *rows))) == [["B5", "B6", "B7"]]


def test_in_a_psychiatric_house_half_the_days_without_items_are_usual(city):
    detail = "medins_code | medins_type_name\nH1 | 专科医院-精神\n"
    assert found(idle_bed_days, draw(city, (1, 2, 3, 4), medins_info_b=detail)).is_empty()


def test_beds_charged_in_bulk_hide_single_days_and_accuse_nobody(city):
    fees = FEES + CARE_OF_OTHERS + "B2 | M1 | 2024-03-02 | 001109000010000 | 3 | |\nB5 | M1 | 2024-03-05 | 001109000010000 | 4 | |\n"
    assert found(idle_bed_days, city(mdtrt_d=STAY + HONEST, fee_list_d=fees)).is_empty()


def test_two_bed_lines_on_an_idle_day_are_one_idle_day(city):
    findings = found(idle_bed_days, draw(city, (1, 2, 3, 4), "BB | M1 | 2024-03-05 | 001201000040000 | 1 | |"))
    assert lines_of(findings) == [["B5", "B6", "B7", "BB"]]


def test_a_stay_without_an_end_is_judged_from_its_lines(city):
    stay = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime\nM1 | P1 | H1 | 2024-03-01 | -\n"
    beds = "".join(f"B{d} | M1 | 2024-03-0{d} | 001109000010000 | 1 | |\n" for d in range(1, 8))
    fees = FEES + CARE_OF_OTHERS + beds
    assert found(idle_bed_days, city(mdtrt_d=stay + HONEST, fee_list_d=fees)).height == 1


def test_quiet_days_of_childbed_are_lawful(city):
    childbed = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | med_type\nM1 | P1 | H1 | 2024-03-01 | 2024-03-08 | {}\n"
    beds = "".join(f"B{d} | M1 | 2024-03-0{d} | 001109000010000 | 1 | |\n" for d in range(1, 9))
    others = "".join(f"C{n} | Q{n} | G{n} | 2024-03-01 | 2024-03-05 | 21\n" for n in range(3))
    for kind, hits in (("52", 0), ("21", 1)):
        assert found(idle_bed_days, city(mdtrt_d=childbed.format(kind) + others, fee_list_d=FEES + CARE_OF_OTHERS + beds)).height == hits
