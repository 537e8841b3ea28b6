"""Features of a stay that describe what was done, what it cost and what came after."""

from __future__ import annotations

from collections.abc import Callable

from features.stay.adjuvant_drugs import adjuvant_drugs
from features.stay.comorbidity import comorbidity
from features.stay.cost_structure import cost_structure
from features.stay.next_admission import next_admission
from features.stay.nursing_grades import nursing_grades
from features.stay.operations_done import operations_done
from features.stay.repeated_exams import repeated_exams
from features.stay.stay_core import stay_core
from features.tables import Tables
from tests.features.support import column, of_bucket

City = Callable[..., Tables]

STAY = """
    mdtrt_id | begntime         | endtime          | dscg_maindiag_code
    M1       | 2024-03-01 09:00 | 2024-03-06 10:00 | J18.900
"""


def test_a_stay_carries_its_dates_diagnosis_and_settled_amounts(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | pric
            M1       | 2024-03-01    | 003100000000000 | 100
        """,
    )
    row = of_bucket(stay_core, t).row(0, named=True)
    assert (row["month"], row["los"], row["dx3"], row["in_hospital"]) == ("2024-03", 5, "J18", False)
    assert (row["fee_fen"], row["fund_fen"], row["n_setl"]) == (10000, 7000, 1)


def test_an_unsettled_stay_without_diagnosis_has_no_amounts_and_no_category(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime | inhosp_stas
            M1       | 2024-03-01 | -       | 1
        """
    )
    row = of_bucket(stay_core, t).row(0, named=True)
    assert (row["fee_fen"], row["n_setl"], row["dx3"], row["los"], row["in_hospital"]) == (0, 0, None, None, True)


def test_fees_fall_into_their_categories_and_unknown_ones_into_other(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | med_chrgitm_type | cnt | pric | init_feedetl_sn
            L1      | M1       | 2024-03-01    | 003100000000000 | 05               | 3   | 10   |
            L2      | M1       | 2024-03-02    | 003100000000000 | 05               | -1  | 10   | L1
            L3      | M1       | 2024-03-02    | XN05            | 9                | 1   | 5.5  |
            L4      | M1       | 2024-03-02    | 009900000000000 | 77               | 1   | 2    |
        """,
    )
    row = of_bucket(cost_structure, t).row(0, named=True)
    assert (row["treatment_fen"], row["drug_fen"], row["other_fen"], row["exam_fen"]) == (2000, 550, 200, 0)


def test_imaging_within_the_window_is_repeated_and_on_the_same_day_or_later_it_is_not(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | fixmedins_code
            M1       | 2024-03-01 | 2024-03-20 | H1
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time    | hilist_code
            M1       | 2024-03-01 08:00 | 002103000010000
            M1       | 2024-03-01 18:00 | 002103000010100
            M1       | 2024-03-08 08:00 | 002103000010000
            M1       | 2024-03-16 08:00 | 002103000010000
        """,
    )
    row = of_bucket(repeated_exams, t).row(0, named=True)
    assert (row["imaging_days"], row["imaging_repeated"]) == (3, 1), "after seven days it is repeated, after eight it is not"
    assert of_bucket(repeated_exams, t, imaging_days=6)["imaging_repeated"].to_list() == [0]


def test_imaging_just_done_at_another_hospital_counts_as_not_recognised(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | fixmedins_code | med_type
            V1       | 2024-03-01 | 2024-03-01 | H2             | 11
            M1       | 2024-03-01 | 2024-03-06 | H1             | 21
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time    | hilist_code
            V1       | 2024-03-01 08:00 | 002103000010000
            M1       | 2024-03-02 08:00 | 002103000010000
            M1       | 2024-03-03 08:00 | 002503000000000
            M1       | 2024-03-04 08:00 | 002503000000000
        """,
    )
    row = of_bucket(repeated_exams, t).row(0, named=True)
    assert (row["imaging_repeated_elsewhere"], row["lab_days"], row["lab_repeated"]) == (1, 2, 1)


def test_grade_one_and_above_is_high_and_the_psychiatric_surcharge_is_no_grade(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | med_chrgitm_type | cnt | hilist_name
            M1       | 2024-03-01    | 001201000030000 | 07               | 2   | Ⅰ级护理
            M1       | 2024-03-03    | 001201000040000 | 07               | 3   | Ⅱ级护理
            M1       | 2024-03-03    | 001201000090000 | 07               | 5   | 精神病护理
            M1       | 2024-03-03    | 001201000100000 | 07               | 5   | 一般专项护理(口腔护理)
            M1       | 2024-03-03    | 011201000010000 | 07               | 1   | 特级护理(新目录)
            M1       | 2024-03-03    | 001109000010000 | 01               | 5   | 普通病房床位费
        """,
    )
    row = of_bucket(nursing_grades, t).row(0, named=True)
    assert (row["nursing_days"], row["high_nursing_days"], row["bed_days_charged"]) == (6, 3, 5)


def test_drugs_on_the_list_are_found_by_their_name(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code | hilist_name      | pric
            M1       | 2024-03-01    | XA01        | 注射用奥拉西坦   | 80
            M1       | 2024-03-01    | XA02        | 头孢呋辛钠       | 20
        """,
    )
    row = of_bucket(adjuvant_drugs, t).row(0, named=True)
    assert (row["adjuvant_fen"], row["all_drugs_fen"]) == (8000, 10000)


def test_charlson_points_count_each_group_once_and_leave_the_main_diagnosis_out(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code
            M1       | 2024-03-01    | 003100000000000
        """,
        mdcs_fund_setl_list_d="""
            setl_id | mdtrt_id | psn_no | fixmedins_code
            SM1     | M1       | P1     | H1
        """,
        mdcs_fund_setl_list_diag_d="""
            setl_list_diag_id | setl_id | psn_no | maindiag_flag | diag_code
            1                 | SM1     | P1     | 1             | C34.900
            2                 | SM1     | P1     | 0             | E11.900
            3                 | SM1     | P1     | 0             | E14.900
            4                 | SM1     | P1     | 0             | I50.900
            5                 | SM1     | P1     | 0             | K76.000
        """,
    )
    row = of_bucket(comorbidity, t).row(0, named=True)
    assert (row["secondary_dx"], row["charlson"]) == (4, 3)


def test_a_line_of_the_category_operation_makes_a_stay_operated(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | psn_no
            M1       | 2024-03-01 | 2024-03-04 | P1
            M2       | 2024-03-01 | 2024-03-04 | P2
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | med_chrgitm_type
            M1       | 2024-03-01    | 003300000000000 | 06
            M2       | 2024-03-01    | 003100000000000 | 05
        """,
    )
    frame = of_bucket(operations_done, t)
    assert column(frame, "operated") == [True, False]
    assert column(frame, "operation_lines") == [1, 0]


def test_the_next_stay_is_the_persons_next_anywhere_and_planned_cycles_are_marked(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | psn_no | begntime   | endtime    | fixmedins_code | dscg_maindiag_code
            M1       | P1     | 2024-03-01 | 2024-03-06 | H1             | J18.900
            M2       | P1     | 2024-03-08 | 2024-03-12 | H1             | J18.100
            M3       | P1     | 2024-03-12 | 2024-03-20 | H2             | C34.900
            M4       | P1     | 2024-04-10 | 2024-04-12 | H2             | Z51.100
            M5       | P2     | 2024-03-07 | 2024-03-09 | H1             | J18.900
        """
    )
    frame = of_bucket(next_admission, t)
    assert column(frame, "next_days") == [2, 0, 21, None, None]
    assert column(frame, "next_same_institution") == [True, False, True, None, None]
    assert column(frame, "next_same_dx3") == [True, False, False, None, None]
    assert column(frame, "cycle_care") == [False, False, True, True, False]
