"""Features of a stay that speak of an empty bed: idle days, activity elsewhere, presence, template bills."""

from __future__ import annotations

from collections.abc import Callable

from features.stay.activity_elsewhere import activity_elsewhere
from features.stay.care_intensity import care_intensity
from features.stay.daily_bundle import daily_bundle
from features.stay.days_seen import days_seen
from features.stay.idle_days import idle_days
from features.stay.outmed_overlap import outmed_overlap
from features.tables import Tables
from tests.features.support import column, of_bucket

City = Callable[..., Tables]

STAY = """
    mdtrt_id | begntime         | endtime
    M1       | 2024-03-01 09:00 | 2024-03-06 10:00
"""


def test_days_without_care_are_idle_and_the_day_of_discharge_does_not_count(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | med_chrgitm_type
            M1       | 2024-03-01    | 002503000000000 | 04
            M1       | 2024-03-02    | 001109000010000 | 01
            M1       | 2024-03-03    | 001201000040000 | 07
            M1       | 2024-03-04    | 003100000000000 | 05
            M1       | 2024-03-06    | 003100000000000 | 05
        """,
    )
    frame = of_bucket(idle_days, t)
    assert column(frame, "stay_days") == [5]
    assert column(frame, "idle_days") == [3], "2nd, 3rd and 5th: bed, nursing and nothing at all"
    assert column(frame, "longest_idle_run") == [2]


def test_a_week_of_dispensed_drugs_covers_its_days_but_no_more_than_the_limit(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code | med_chrgitm_type | prd_days
            M1       | 2024-03-01    | XN05        | 09               | 30
        """,
    )
    assert column(of_bucket(idle_days, t), "idle_days") == [0]
    assert column(of_bucket(idle_days, t, drug_cover_days_max=2), "idle_days") == [3]


def test_drugs_to_take_home_are_no_care_in_the_ward(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code | med_chrgitm_type | dscg_tkdrug_flag
            M1       | 2024-03-05    | XN05        | 09               | 1
        """,
    )
    assert column(of_bucket(idle_days, t), "idle_days") == [5]


def test_a_refunded_treatment_leaves_its_day_idle_and_a_repeated_line_counts_once_a_day(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime
            M1       | 2024-03-01 | 2024-03-03
        """,
        fee_list_d="""
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | cnt | init_feedetl_sn
            L1      | M1       | 2024-03-01    | 003100000000000 | 1   |
            L2      | M1       | 2024-03-01    | 003100000000000 | 1   |
            L3      | M1       | 2024-03-02    | 003100000000000 | 1   |
            L4      | M1       | 2024-03-02    | 003100000000000 | -1  | L3
        """,
    )
    frame = of_bucket(idle_days, t)
    assert column(frame, "stay_days") == [2]
    assert column(frame, "idle_days") == [1]


def test_a_stay_of_one_day_has_one_day_and_a_stay_still_in_hospital_runs_to_its_last_line(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime          | inhosp_stas
            M1       | 2024-03-01 | 2024-03-01 20:00 | 0
            M2       | 2024-03-01 | -                | 1
            M3       | 2024-03-01 | -                | 1
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | setl_id
            M1       | 2024-03-01    | 003100000000000 |
            M2       | 2024-03-04    | 003100000000000 | -
        """,
    )
    frame = of_bucket(idle_days, t)
    assert column(frame, "stay_days") == [1, 4, 1]
    assert column(frame, "idle_days") == [0, 3, 1]


def test_lines_are_counted_by_what_they_show(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | med_chrgitm_type | bilg_dr_code
            M1       | 2024-03-01    | 002101000000000 | 3                | D1
            M1       | 2024-03-01    | 002503000000000 | 04               | D1
            M1       | 2024-03-02    | 003100000000000 | 05               | D2
            M1       | 2024-03-02    | 001109000010000 | 01               |
            M1       | 2024-03-02    | 009900000000000 | 77               |
        """,
    )
    frame = of_bucket(care_intensity, t)
    assert frame.row(0) == ("M1", 5, 3, 1, 1, 1, 2)


def test_visits_purchases_and_dialysis_elsewhere_count_only_strictly_inside_the_stay(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime         | endtime          | fixmedins_code | med_type
            M1       | 2024-03-01 09:00 | 2024-03-06 10:00 | H1             | 21
            V1       | 2024-03-01 15:00 | 2024-03-01 15:00 | H2             | 11
            V2       | 2024-03-03 15:00 | 2024-03-03 15:00 | H2             | 11
            V3       | 2024-03-06 15:00 | 2024-03-06 15:00 | H2             | 11
            V4       | 2024-03-03 15:00 | 2024-03-03 15:00 | H1             | 11
            V5       | 2024-03-04 15:00 | 2024-03-04 15:00 | P9             | 41
            V6       | 2024-03-05 08:00 | 2024-03-05 12:00 | H3             | 14
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code
            V6       | 2024-03-05    | 003110000060000
        """,
    )
    assert of_bucket(activity_elsewhere, t).row(0) == ("M1", 1, 1, 1, 0)


def test_two_overlapping_beds_overlap_by_their_common_inner_days_and_a_transfer_day_does_not(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | fixmedins_code
            M1       | 2024-03-01 | 2024-03-06 | H1
            M2       | 2024-03-03 | 2024-03-09 | H2
            M3       | 2024-03-09 | 2024-03-12 | H3
        """
    )
    assert column(of_bucket(activity_elsewhere, t), "overlap_days") == [2, 2, 0]


def test_care_in_another_city_counts_inside_the_stay_and_not_on_its_edges(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        outmed_setl_d="""
            setl_id | psn_no | fixmedins_code | begndate   | enddate
            O1      | P1     | X1             | 2024-03-03 | 2024-03-03
            O2      | P1     | X1             | 2024-03-06 | 2024-03-09
            O3      | P1     | X1             | 2024-02-20 | 2024-03-01
            O4      | P1     | X1             | 2024-03-04 | 2024-03-10
        """,
    )
    assert column(of_bucket(outmed_overlap, t), "outmed_inside") == [2]


def test_records_in_the_ward_are_days_seen_and_records_elsewhere_inside_the_stay_are_told_apart(city: City) -> None:
    t = city(
        mdtrt_d=STAY,
        scene_rcd_d="""
            rcd_id | psn_no | fixmedins_code | scene_type | begntime
            R1     | P1     | H1             | 2          | 2024-03-02 08:00
            R2     | P1     | H1             | 2          | 2024-03-02 20:00
            R3     | P1     | H1             | 4          | 2024-03-03 08:00
            R4     | P1     | P7             | 3          | 2024-03-04 08:00
            R5     | P1     | P7             | 3          | 2024-03-06 18:00
            R6     | P2     | H1             | 2          | 2024-03-04 08:00
        """,
    )
    assert of_bucket(days_seen, t).row(0) == ("M1", 1, 1)


def test_the_same_items_and_counts_on_several_days_are_one_bundle_in_any_order(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | psn_no
            M1       | 2024-03-01 | 2024-03-04 | P1
            M2       | 2024-03-01 | 2024-03-02 | P2
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time    | hilist_code     | cnt
            M1       | 2024-03-01 08:00 | 003100000000000 | 1
            M1       | 2024-03-01 09:00 | 002503000000000 | 1
            M1       | 2024-03-02 08:00 | 002503000000000 | 1
            M1       | 2024-03-02 09:00 | 003100000000000 | 1
            M1       | 2024-03-03 08:00 | 003100000000000 | 2
            M2       | 2024-03-01 08:00 | 002503000000000 | 1
            M2       | 2024-03-01 08:00 | 003100000000000 | 1
        """,
    )
    frame = of_bucket(daily_bundle, t)
    assert column(frame, "bundle_days") == [3, 1]
    assert column(frame, "modal_bundle_days") == [2, 1]
    assert column(frame, "distinct_bundles") == [2, 1]
    first, second = column(frame, "modal_bundle")
    assert first == second
