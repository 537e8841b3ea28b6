"""Institution features of stays: empty beds, costs and tests against case mix, split stays, dialysis."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from features.institution.activity_elsewhere_share import activity_elsewhere_share
from features.institution.adjuvant_share import adjuvant_share
from features.institution.bed_days_charged import bed_days_charged
from features.institution.bed_days_over import bed_days_over
from features.institution.bed_peak import bed_peak
from features.institution.care_per_day import care_per_day
from features.institution.cost_against_expected import cost_against_expected
from features.institution.cost_share import cost_share
from features.institution.dialysis_days_over import dialysis_days_over
from features.institution.dialysis_excess_share import dialysis_excess_share
from features.institution.dialysis_mode_share import dialysis_mode_share
from features.institution.dialysis_peak import dialysis_peak
from features.institution.dialysis_per_month import dialysis_per_month
from features.institution.drg_surplus import drg_surplus
from features.institution.group_admission_share import group_admission_share
from features.institution.high_nursing_share import high_nursing_share
from features.institution.idle_day_share import idle_day_share
from features.institution.limit_clustering import limit_clustering
from features.institution.long_idle_share import long_idle_share
from features.institution.low_threshold_share import low_threshold_share
from features.institution.outmed_share import outmed_share
from features.institution.readmission_share import readmission_share
from features.institution.repeated_imaging_share import repeated_imaging_share
from features.institution.selfpay_share import selfpay_share
from features.institution.template_bill_share import template_bill_share
from features.institution.tests_against_expected import tests_against_expected
from features.institution.unseen_share import unseen_share
from features.institution.weight_against_expected import weight_against_expected
from features.shared.category import CATEGORIES_ZH
from features.tables import Tables
from tests.features.support import of_institution

City = Callable[..., Tables]
HOUSES = "fixmedins_code | hosp_lv\nH1 | 05\nH2 | 05\nH3 | 05"


@pytest.fixture
def houses(city: City) -> Tables:
    """Three secondary hospitals of one county; H1 with two approved beds and four dialysis places a day."""
    return city(
        fixmedins_b=HOUSES,
        medins_info_b="""
            medins_code | aprv_bed_cnt | pro_techstf_psncnt
            H1          | 2            | 10
            H2          | 0            | 0
        """,
        dial_mach_b="""
            fixmedins_code | mach_cnt | day_shift_cnt
            H1             | 2        | 2
            H2             | 1        |
        """,
    )


def stays(*rows: str, head: str) -> str:
    return "\n".join([head, *rows])


def test_idle_days_are_shared_over_all_days_and_a_house_without_days_has_no_value(houses: Tables) -> None:
    drawn = "fixmedins_code | idle_days | stay_days\nH1 | 1 | 4\nH1 | 2 | 8\nH2 | 0 | 0"
    assert of_institution(idle_day_share, houses, stay=drawn) == {"H1": 0.25, "H2": None}


def test_only_stays_long_enough_for_a_run_can_have_one(houses: Tables) -> None:
    drawn = "fixmedins_code | longest_idle_run | stay_days\nH1 | 3 | 9\nH1 | 2 | 9\nH1 | 1 | 2\nH2 | 2 | 2"
    assert of_institution(long_idle_share, houses, stay=drawn) == {"H1": 0.5, "H2": None}


def test_care_is_counted_by_day_in_bed(houses: Tables) -> None:
    assert of_institution(care_per_day, houses, stay="fixmedins_code | care_lines | stay_days\nH1 | 30 | 4\nH1 | 0 | 6") == {"H1": 3.0}


def test_stays_with_activity_elsewhere_are_counted_once_whatever_their_number_of_visits(houses: Tables) -> None:
    drawn = """
        fixmedins_code | stay_days | visits_elsewhere | purchases_elsewhere | dialysis_elsewhere | overlap_days
        H1             | 5         | 3                | 0                   | 0                  | 0
        H1             | 5         | 0                | 1                   | 0                  | 0
        H1             | 2         | 1                | 1                   | 1                  | 1
    """
    assert of_institution(activity_elsewhere_share, houses, stay=drawn) == {
        "H1 dialysis": 0.0,
        "H1 overlap": 0.0,
        "H1 purchases": 0.5,
        "H1 visits": 0.5,
    }


def test_care_in_another_city_is_shared_over_stays_of_three_days_and_more(houses: Tables) -> None:
    assert of_institution(outmed_share, houses, stay="fixmedins_code | stay_days | outmed_inside\nH1 | 5 | 2\nH1 | 3 | 0\nH1 | 2 | 1") == {"H1": 0.5}


def test_days_without_any_ward_record_do_not_count_as_unseen(houses: Tables) -> None:
    drawn = """
        fixmedins_code | date       | in_bed | in_bed_seen | ward_seen
        H1             | 2024-03-01 | 4      | 3           | 5
        H1             | 2024-03-02 | 4      | 0           | 0
        H2             | 2024-03-01 | 4      | 0           | 0
    """
    assert of_institution(unseen_share, houses, institution_day=drawn) == {"H1": 0.25}


def test_beds_are_overfilled_on_days_above_their_number_and_houses_without_beds_have_no_value(houses: Tables) -> None:
    drawn = """
        fixmedins_code | date       | in_bed
        H1             | 2024-03-01 | 2
        H1             | 2024-03-02 | 3
        H1             | 2024-03-03 | 0
        H2             | 2024-03-01 | 9
    """
    assert of_institution(bed_days_over, houses, institution_day=drawn) == {"H1": 0.5}
    assert of_institution(bed_peak, houses, institution_day=drawn) == {"H1": 1.5}


def test_groups_below_the_minimum_are_families_and_do_not_count(houses: Tables) -> None:
    groups = """
        fixmedins_code | date       | place_type | place | group_persons
        H1             | 2024-03-01 | village    | A     | 4
        H1             | 2024-03-01 | village    | B     | 3
        H1             | 2024-03-01 | employer   | C     | 5
    """
    days = "fixmedins_code | date | admitted\nH1 | 2024-03-01 | 16\nH2 | 2024-03-01 | 0"
    assert of_institution(group_admission_share, houses, admission_group=groups, institution_day=days) == {"H1 employer": 0.3125, "H1 village": 0.25}


def test_bed_fees_are_compared_with_days_in_bed(houses: Tables) -> None:
    assert of_institution(bed_days_charged, houses, stay="fixmedins_code | bed_days_charged | stay_days\nH1 | 6.0 | 5") == {"H1": 1.2}


CASE_HEAD = """mdtrt_id | fixmedins_code | in_hospital | end_date | dx3 | operated | age | fee_fen | los | all_drugs_fen | material_fen
    | exam_lines | lab_lines | treatment_lines | imaging_days | drg_wt""".replace("\n", "")


def cases(house: str, number: int, fee: int, dx3: str = "J18") -> list[str]:
    return [f"{house}{i} | {house} | no | 2024-03-09 | {dx3} | no | 60 | {fee} | 5 | {fee} | {fee} | 2 | 4 | 6 | 1 | 1.0" for i in range(number)]


def test_a_house_twice_as_dear_as_the_others_in_the_same_cases_is_about_twice_its_expectation(houses: Tables) -> None:
    drawn = stays(*cases("H1", 40, 2000), *cases("H2", 40, 1000), *cases("H3", 40, 1000), head=CASE_HEAD)
    values = of_institution(cost_against_expected, houses, stay=drawn)
    dear, usual = values["H1 fee"], values["H2 fee"]
    assert dear is not None
    assert usual is not None
    assert 1.8 < dear <= 2.0
    assert 0.6 < usual < 0.75, "the others' norm includes the dear house, never the house itself"
    assert values["H1 los"] == 1.0


def test_a_house_whose_patients_are_iller_besides_is_not_dear_but_its_weights_are_judged_without_what_it_coded(houses: Tables) -> None:
    ill = [f"{row.removesuffix('1.0')}1.5 | 3" for row in cases("H1", 40, 2000)]
    ill += [f"ill{row.removesuffix('1.0')}1.5 | 3" for row in cases("H2", 40, 2000)]
    well = [f"{row} | 0" for row in (*cases("H2", 40, 1000), *cases("H3", 40, 1000))]
    known = stays(*ill, *well, head=f"{CASE_HEAD} | charlson")
    unknown = stays(*(row.rsplit(" | ", 1)[0] for row in (*ill, *well)), head=CASE_HEAD)
    allowed = of_institution(cost_against_expected, houses, stay=known)["H1 fee"]
    blind = of_institution(cost_against_expected, houses, stay=unknown)["H1 fee"]
    weight = of_institution(weight_against_expected, houses, stay=known)["H1"]
    assert allowed is not None
    assert blind is not None
    assert weight is not None
    assert allowed < 1.2 < blind
    assert weight > 1.1


def test_one_enormous_stay_sets_no_norm(houses: Tables) -> None:
    drawn = stays(*cases("H1", 20, 1000), *cases("H2", 20, 1000), *cases("H3", 1, 1_000_000), head=CASE_HEAD)
    value = of_institution(cost_against_expected, houses, stay=drawn)["H1 fee"]
    assert value is not None
    assert value > 0.8


def test_a_stay_without_diagnosis_or_still_in_hospital_does_no_harm(houses: Tables) -> None:
    odd = [
        "X1 | H1 | no | 2024-03-09 | - | no | -1 | 900 | 5 | 900 | 900 | 2 | 4 | 6 | 1 | -",
        "X2 | H1 | yes | - | J18 | no | 60 | 9 | - | 9 | 9 | 1 | 1 | 1 | 1 | -",
    ]
    values = of_institution(cost_against_expected, houses, stay=stays(*cases("H1", 5, 1000), *cases("H2", 5, 1000), *odd, head=CASE_HEAD))
    assert all(value is not None and 0.9 < value < 1.1 for value in values.values())


def test_tests_are_compared_with_the_same_cases_elsewhere(houses: Tables) -> None:
    twice = [row.replace("| 2 | 4 | 6 | 1 |", "| 4 | 8 | 6 | 0 |") for row in cases("H1", 30, 1000)]
    values = of_institution(tests_against_expected, houses, stay=stays(*twice, *cases("H2", 30, 1000), head=CASE_HEAD))
    assert values["H1 exam"] is not None
    assert values["H1 exam"] > 1.6
    assert values["H1 treatment"] == 1.0
    assert values["H1 imaging"] == 0.0


def test_weights_above_those_of_the_same_diagnosis_elsewhere_show(houses: Tables) -> None:
    high = [row.removesuffix("1.0") + "1.5" for row in cases("H1", 30, 1000)]
    value = of_institution(weight_against_expected, houses, stay=stays(*high, *cases("H2", 30, 1000), head=CASE_HEAD))["H1"]
    assert value is not None
    assert 1.3 < value <= 1.5


def test_repeated_items_are_shared_over_their_own_kind(houses: Tables) -> None:
    drawn = """
        fixmedins_code | imaging_days | imaging_repeated | imaging_repeated_elsewhere | lab_days | lab_repeated
        H1             | 3            | 1                | 0                          | 10       | 5
        H1             | 1            | 0                | 1                          | 0        | 0
        H2             | 0            | 0                | 0                          | 0        | 0
    """
    assert of_institution(repeated_imaging_share, houses, stay=drawn) == {
        "H1 elsewhere": 0.25,
        "H1 imaging": 0.25,
        "H1 lab": 0.5,
        "H2 elsewhere": None,
        "H2 imaging": None,
        "H2 lab": None,
    }


def test_cost_shares_are_of_all_fees_and_drugs_are_western_patent_and_herbal(houses: Tables) -> None:
    spent = {"drug": 10, "herb": 10, "patent_drug": 10, "exam": 50, "bed": 20}
    head = " | ".join(["fixmedins_code", *(f"{name}_fen" for name in CATEGORIES_ZH)])
    row = " | ".join(["H1", *(str(spent.get(name, 0)) for name in CATEGORIES_ZH)])
    values = of_institution(cost_share, houses, stay=f"{head}\n{row}")
    assert (values["H1 drug"], values["H1 exam"], values["H1 bed"], values["H1 lab"]) == (0.3, 0.5, 0.2, 0.0)


def test_listed_drugs_and_high_nursing_are_shares_of_their_own_base(houses: Tables) -> None:
    assert of_institution(adjuvant_share, houses, stay="fixmedins_code | adjuvant_fen | all_drugs_fen\nH1 | 30 | 120\nH2 | 0 | 0") == {
        "H1": 0.25,
        "H2": None,
    }
    assert of_institution(high_nursing_share, houses, stay="fixmedins_code | high_nursing_days | nursing_days\nH1 | 3.0 | 12.0") == {"H1": 0.25}


def test_bundles_shared_between_patients_count_and_a_patient_alone_or_twice_does_not(houses: Tables) -> None:
    drawn = """
        fixmedins_code | psn_no | bundle_days | modal_bundle_days | modal_bundle
        H1             | P1     | 5           | 4                 | A
        H1             | P2     | 5           | 5                 | A
        H1             | P3     | 5           | 2                 | B
        H1             | P3     | 5           | 2                 | B
        H1             | P4     | 4           | 1                 | A
        H1             | P5     | 3           | 3                 | A
    """
    assert of_institution(template_bill_share, houses, stay=drawn) == {"H1 days": 0.5417, "H1 stays": 0.4}


def test_short_stays_of_mostly_tests_without_operation_look_like_visits(houses: Tables) -> None:
    head = " | ".join(["fixmedins_code", "in_hospital", "end_date", "los", "operated", "dscg_way", *(f"{name}_fen" for name in CATEGORIES_ZH)])

    def stay(los: int, operated: str, way: str, tests: int, rest: int) -> str:
        fees = {"exam": tests, "drug": rest}
        return " | ".join(["H1", "no", "2024-03-04", str(los), operated, way, *(str(fees.get(name, 0)) for name in CATEGORIES_ZH)])

    drawn = "\n".join(
        [
            head,
            stay(3, "no", "1", 50, 50),
            stay(4, "no", "1", 50, 50),
            stay(3, "yes", "1", 50, 50),
            stay(3, "no", "5", 50, 50),
            stay(3, "no", "1", 49, 51),
        ]
    )
    assert of_institution(low_threshold_share, houses, stay=drawn) == {"H1": 0.2}


READMISSION_HEAD = "fixmedins_code | in_hospital | end_date | cycle_care | next_days | next_same_institution | next_same_dx3"


def test_readmissions_count_within_the_window_for_the_same_disease_and_not_in_planned_cycles(houses: Tables) -> None:
    drawn = stays(
        "H1 | no | 2024-03-04 | no | 3 | yes | yes",
        "H1 | no | 2024-03-04 | no | 4 | yes | yes",
        "H1 | no | 2024-03-04 | no | 2 | yes | no",
        "H1 | no | 2024-03-04 | no | 2 | no | yes",
        "H1 | no | 2024-03-04 | no | - | - | -",
        "H1 | no | 2024-03-04 | yes | 1 | yes | yes",
        "H1 | yes | - | no | 1 | yes | yes",
        head=READMISSION_HEAD,
    )
    assert of_institution(readmission_share, houses, stay=drawn) == {"H1 any_near": 0.4, "H1 far": 0.4, "H1 near": 0.2}


def test_lengths_just_below_a_limit_cluster_against_those_around_it(houses: Tables) -> None:
    lengths = [15, 30, 29, 28, 26, 31, 35, 60, 75]
    drawn = "\n".join(["fixmedins_code | in_hospital | los", *(f"H1 | no | {los}" for los in lengths), "H1 | yes | -"])
    assert of_institution(limit_clustering, houses, stay=drawn) == {"H1": 0.5714}


def test_self_pay_is_told_apart_by_how_the_fund_pays(houses: Tables) -> None:
    drawn = "fixmedins_code | case_paid | selfpay_fen | fee_fen\nH1 | yes | 20 | 100\nH1 | no | 10 | 200"
    assert of_institution(selfpay_share, houses, stay=drawn) == {"H1 case_paid": 0.2, "H1 item_paid": 0.05}


def test_surplus_is_of_case_paid_stays_with_a_standard(houses: Tables) -> None:
    drawn = "fixmedins_code | case_paid | pay_std_fen | fee_fen\nH1 | yes | 1000 | 800\nH1 | no | 1000 | 100\nH1 | yes | 0 | 100"
    assert of_institution(drg_surplus, houses, stay=drawn) == {"H1": 0.2}


DIALYSIS_HEAD = "fixmedins_code | hd | hdf | hf | hp | max_in_7_days | same_day_extra | next_day_sessions | dialysis_in_stay_elsewhere"


def test_dialysis_counts_regular_patients_and_shares_of_months_beyond_limits(houses: Tables) -> None:
    drawn = stays(
        "H1 | 12.0 | 1.0 | 0.0 | 1.0 | 3 | 0.0 | 0 | 0",
        "H1 | 15.0 | 0.0 | 0.0 | 0.0 | 5 | 1.0 | 2 | 1",
        "H1 | 2.0 | 0.0 | 0.0 | 0.0 | 2 | 0.0 | 0 | 0",
        "H1 | 0.0 | 0.0 | 0.0 | 1.0 | 0 | 0.0 | 0 | 0",
        head=DIALYSIS_HEAD,
    )
    assert of_institution(dialysis_per_month, houses, person_month=drawn) == {"H1": 14.0}
    assert of_institution(dialysis_excess_share, houses, person_month=drawn) == {
        f"H1 {member}": 0.3333 for member in ("in_stay", "month", "next_day", "same_day", "week")
    }
    assert of_institution(dialysis_mode_share, houses, person_month=drawn) == {"H1 hdf": 0.0333, "H1 hp": 0.0333}


def test_sessions_are_held_against_machines_times_shifts(houses: Tables) -> None:
    drawn = """
        fixmedins_code | date       | dialysis_sessions
        H1             | 2024-03-01 | 4.0
        H1             | 2024-03-02 | 5.0
        H2             | 2024-03-01 | 3.0
        H3             | 2024-03-01 | 9.0
    """
    assert of_institution(dialysis_days_over, houses, institution_day=drawn) == {"H1": 0.5, "H2": 0.0}, (
        "H2's shifts are the usual three; H3 has no machines on record"
    )
    assert of_institution(dialysis_peak, houses, institution_day=drawn) == {"H1": 1.25, "H2": 1.0}
