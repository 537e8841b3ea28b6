"""Additive sums by institution: month, day, item, admission group, physician's day."""

from __future__ import annotations

from collections.abc import Callable

from features.admission_group.group_admissions import group_admissions
from features.institution_day.census import census
from features.institution_day.dialysis_load import dialysis_load
from features.institution_day.ward_presence import ward_presence
from features.institution_item.item_sales import item_sales
from features.institution_month.against_ceiling import against_ceiling
from features.institution_month.amount_digits import amount_digits
from features.institution_month.business_volume import business_volume
from features.institution_month.fees_by_category import fees_by_category
from features.institution_month.line_circumstances import line_circumstances
from features.institution_month.origin_of_patients import origin_of_patients
from features.institution_month.repeats import repeats
from features.institution_month.same_day_settlements import same_day_settlements
from features.institution_month.settled_amounts import settled_amounts
from features.physician_day.physician_load import physician_load
from features.tables import Tables
from tests.features.support import column, of_bucket

City = Callable[..., Tables]


def test_volume_counts_visits_admissions_discharges_and_distinct_persons(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | psn_no | begntime   | endtime    | med_type | inhosp_stas
            V1       | P1     | 2024-03-01 | 2024-03-01 | 11       | 0
            V2       | P1     | 2024-03-01 | 2024-03-01 | 14       | 0
            V3       | P2     | 2024-03-02 | 2024-03-02 | 11       | 0
            M1       | P1     | 2024-03-30 | 2024-04-02 | 21       | 0
            M2       | P3     | 2024-03-31 | -          | 21       | 1
        """
    )
    frame = of_bucket(business_volume, t)
    assert column(frame, "month") == ["2024-03", "2024-04"]
    assert column(frame, "visits") == [3, 0]
    assert column(frame, "chronic_visits") == [1, 0]
    assert column(frame, "admissions") == [2, 0]
    assert column(frame, "discharges") == [0, 1]
    assert column(frame, "persons") == [3, 0]
    assert column(frame, "person_days") == [4, 0]
    assert column(frame, "single_visit_persons") == [2, 0]


def test_refunded_settlements_are_gone_from_the_amounts_and_counted_as_refunds(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | med_type
            V1       | 2024-03-01 | 2024-03-01 | 11
            M1       | 2024-03-02 | 2024-03-05 | 21
        """,
        setl_d="""
            setl_id | mdtrt_id | medfee_sumamt | inscp_amt | fund_pay_sumamt | refd_setl_flag | init_setl_id | setl_time
            S1      | V1       | 100.00        | 90.00     | 60.00           | 0              |              | 2024-03-01
            S2      | V1       | -100.00       | -90.00    | -60.00          | 1              | S1           | 2024-04-01
            S3      | M1       | 500.00        | 400.00    | 300.00          | 0              |              | 2024-03-05
        """,
    )
    frame = of_bucket(settled_amounts, t)
    assert column(frame, "month") == ["2024-03", "2024-04"]
    assert column(frame, "settlements") == [1, 0]
    assert column(frame, "fee_fen") == [50000, 0]
    assert column(frame, "inpatient_fee_fen") == [50000, 0]
    assert column(frame, "refunds") == [0, 1]
    assert column(frame, "refund_fen") == [0, 10000]


def test_fees_of_the_month_fall_into_their_categories(city: City) -> None:
    t = city(
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | med_chrgitm_type | pric
            V1       | 2024-03-01    | XN05            | 09               | 20
            V1       | 2024-03-01    | T000000001      | 10               | 30
            V2       | 2024-04-01    | 002101000000000 | 03               | 40
        """
    )
    frame = of_bucket(fees_by_category, t)
    assert column(frame, "drug_fen") == [2000, 0]
    assert column(frame, "herb_fen") == [3000, 0]
    assert column(frame, "exam_fen") == [0, 4000]
    assert column(frame, "lines") == [2, 1]


def test_night_visits_are_those_begun_at_night_without_emergencies_stays_and_unknown_times(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime         | endtime          | med_type
            V1       | 2024-03-04 23:10 | 2024-03-04 23:20 | 11
            V2       | 2024-03-04 05:59 | 2024-03-04 06:20 | 11
            V3       | 2024-03-04 06:00 | 2024-03-04 06:20 | 11
            V4       | 2024-03-04 00:00 | 2024-03-04 06:20 | 11
            V5       | 2024-03-04 23:30 | 2024-03-04 23:50 | 13
            V6       | 2024-03-03 10:00 | 2024-03-03 10:10 | 11
            M1       | 2024-03-04 23:30 | 2024-03-06 10:00 | 21
        """
    )
    row = of_bucket(line_circumstances, t).row(0, named=True)
    assert (row["timed_visits"], row["night_visits"], row["sunday_visits"]) == (4, 2, 1)


def test_only_lines_that_need_a_physician_can_lack_one(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | med_type | fixmedins_code
            V1       | 2024-03-01 | 2024-03-01 | 11       | H1
            B1       | 2024-03-01 | 2024-03-01 | 41       | P1
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | med_chrgitm_type | bilg_dr_code | etip_flag
            V1       | 2024-03-01    | XN05            | 09               | D1           | 0
            V1       | 2024-03-01    | 002503000000000 | 04               |              | 1
            V1       | 2024-03-01    | 001100000000000 | 12               |              | 0
            B1       | 2024-03-01    | XN05            | 09               |              |
        """,
    )
    frame = of_bucket(line_circumstances, t)
    assert column(frame, "ordered_lines") == [2, 0]
    assert column(frame, "lines_without_physician") == [1, 0]
    assert column(frame, "outside_lab_lines") == [1, 0]


def test_two_standing_settlements_of_one_category_a_day_are_split_and_a_rebilled_one_is_not(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | psn_no | begntime   | endtime    | med_type
            V1       | P1     | 2024-03-01 | 2024-03-01 | 11
            V2       | P1     | 2024-03-01 | 2024-03-01 | 11
            V3       | P2     | 2024-03-01 | 2024-03-01 | 11
            V4       | P3     | 2024-03-01 | 2024-03-01 | 11
            V5       | P3     | 2024-03-01 | 2024-03-01 | 14
        """,
        setl_d="""
            setl_id | mdtrt_id | psn_no | medfee_sumamt | refd_setl_flag | init_setl_id
            S1      | V1       | P1     | 10.00         | 0              |
            S2      | V2       | P1     | 10.00         | 0              |
            S3      | V3       | P2     | 10.00         | 0              |
            S4      | V3       | P2     | -10.00        | 1              | S3
            S5      | V3       | P2     | 12.00         | 0              |
            S6      | V4       | P3     | 10.00         | 0              |
            S7      | V5       | P3     | 10.00         | 0              |
        """,
    )
    row = of_bucket(same_day_settlements, t).row(0, named=True)
    assert (row["settled_person_days"], row["split_person_days"], row["extra_settlements"]) == (4, 1, 1)


def test_patients_of_another_county_come_from_afar_and_unknown_homes_do_not_count(city: City) -> None:
    t = city(
        psn_info_b="""
            psn_no | live_admdvs
            P1     | 420101
            P2     | 420102
            P3     |
        """,
        mdtrt_d="""
            mdtrt_id | psn_no | begntime   | endtime    | med_type
            V1       | P1     | 2024-03-01 | 2024-03-01 | 11
            V2       | P2     | 2024-03-01 | 2024-03-01 | 11
            V3       | P3     | 2024-03-01 | 2024-03-01 | 11
            M1       | P2     | 2024-03-02 | 2024-03-05 | 21
        """,
    )
    assert of_bucket(origin_of_patients, t).row(0) == ("H1", "2024-03", 2, 1, 1, 1)


def test_first_digits_and_round_amounts_are_counted_from_one_yuan(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | med_type
            V1       | 2024-03-01 | 2024-03-01 | 11
        """,
        setl_d="""
            setl_id | mdtrt_id | medfee_sumamt
            S1      | V1       | 130.00
            S2      | V1       | 1.99
            S3      | V1       | 0.90
            S4      | V1       | 96.50
        """,
    )
    row = of_bucket(amount_digits, t).row(0, named=True)
    assert (row["digit_1"], row["digit_9"], row["round_settlements"]) == (2, 1, 1)


def test_only_prices_beyond_the_tolerance_are_over_the_ceiling(city: City) -> None:
    t = city(
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | cnt | pric  | pric_uplmt_amt
            V1       | 2024-03-01    | 003100000000000 | 2   | 12.00 | 10.00
            V1       | 2024-03-01    | 003100000000001 | 1   | 10.04 | 10.00
            V1       | 2024-03-01    | 003100000000002 | 1   | 50.00 | 0.00
            V1       | 2024-03-01    | 003100000000003 | 1   | 50.00 |
        """
    )
    row = of_bucket(against_ceiling, t).row(0, named=True)
    assert (row["capped_lines"], row["over_ceiling_lines"], row["over_ceiling_fen"]) == (2, 1, 400)
    assert (row["capped_fen"], row["at_ceiling_fen"]) == (3404, 3000)


def test_outpatient_imaging_again_here_and_elsewhere_and_laboratory_items_by_person_day(city: City) -> None:
    t = city(
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | fixmedins_code
            V1       | 2024-03-01    | 002103000010000 | H1
            V2       | 2024-03-04    | 002103000010000 | H1
            V3       | 2024-03-05    | 002103000010000 | H2
            V1       | 2024-03-01    | 002503000010000 | H1
            V1       | 2024-03-01    | 002503000020000 | H1
            V1       | 2024-03-01    | 002503000020000 | H1
        """
    )
    frame = of_bucket(repeats, t)
    assert column(frame, "imaging_item_days") == [2, 1]
    assert column(frame, "imaging_again_here") == [1, 0]
    assert column(frame, "imaging_again_elsewhere") == [0, 1]
    assert column(frame, "lab_item_days") == [2, 0]
    assert column(frame, "lab_person_days") == [1, 0]


def test_the_census_leaves_the_day_of_discharge_to_the_next_patient(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | psn_no | begntime   | endtime    | med_type
            M1       | P1     | 2024-03-01 | 2024-03-03 | 21
            M2       | P2     | 2024-03-03 | 2024-03-04 | 21
            M3       | P1     | 2024-03-02 | 2024-03-03 | 21
            V1       | P3     | 2024-03-02 | 2024-03-02 | 11
        """
    )
    frame = of_bucket(census, t)
    assert [str(day) for day in column(frame, "date")] == ["2024-03-01", "2024-03-02", "2024-03-03", "2024-03-04"]
    assert column(frame, "in_bed") == [1, 1, 1, 0], "one person with two stays occupies one bed"
    assert column(frame, "admitted") == [1, 1, 1, 0]
    assert column(frame, "discharged") == [0, 0, 1, 1]
    assert column(frame, "outpatients") == [0, 1, 0, 0]


def test_persons_in_bed_and_seen_are_told_from_others_seen_in_the_ward(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | psn_no | begntime   | endtime    | med_type
            M1       | P1     | 2024-03-01 | 2024-03-03 | 21
        """,
        scene_rcd_d="""
            rcd_id | psn_no | fixmedins_code | scene_type | begntime
            R1     | P1     | H1             | 2          | 2024-03-01 08:00
            R2     | P2     | H1             | 2          | 2024-03-01 09:00
            R3     | P2     | H1             | 2          | 2024-03-02 09:00
            R4     | P1     | H1             | 1          | 2024-03-02 09:00
        """,
    )
    frame = of_bucket(ward_presence, t)
    assert column(frame, "in_bed_seen") == [1, 0]
    assert column(frame, "ward_seen") == [2, 1]


def test_a_days_sessions_count_modes_and_patients(city: City) -> None:
    t = city(
        fee_list_d="""
            mdtrt_id | psn_no | fee_ocur_time | hilist_code     | med_type
            V1       | P1     | 2024-03-01    | 003110000060000 | 14
            V2       | P2     | 2024-03-01    | 003110000080000 | 14
            V2       | P2     | 2024-03-01    | 003110000100000 | 14
            V3       | P3     | 2024-03-01    | 003110000110000 | 14
        """
    )
    row = of_bucket(dialysis_load, t).row(0, named=True)
    assert (row["dialysis_sessions"], row["dialysis_hdf"], row["dialysis_hp"], row["dialysis_patients"]) == (2, 1, 1, 2)


def test_sales_of_an_item_sum_lines_persons_and_fees(city: City) -> None:
    t = city(
        fee_list_d="""
            mdtrt_id | psn_no | fee_ocur_time | hilist_code     | cnt | pric | med_chrgitm_type
            V1       | P1     | 2024-03-01    | XN05            | 2   | 10   | 09
            V2       | P2     | 2024-04-01    | XN05            | 1   | 10   | 09
            V2       | P2     | 2024-04-01    | 002503000000000 | 1   | 7    | 04
        """
    )
    frame = of_bucket(item_sales, t)
    assert column(frame, "item_lines") == [1, 2]
    assert column(frame, "item_persons") == [1, 2]
    assert column(frame, "item_fee_fen") == [700, 3000]
    assert column(frame, "item_drug_fen") == [0, 3000]


def test_people_of_one_village_or_employer_admitted_on_a_day_are_a_group(city: City) -> None:
    t = city(
        psn_info_b="""
            psn_no | live_addr
            P1     | 甲城东河镇石湾村1号
            P2     | 甲城东河镇石湾村22号
            P3     | 甲城东河镇李湾村3号
            P4     |
        """,
        mdtrt_d="""
            mdtrt_id | psn_no | begntime   | endtime    | emp_name
            M1       | P1     | 2024-03-01 | 2024-03-05 | 甲厂
            M2       | P2     | 2024-03-01 | 2024-03-05 |
            M3       | P3     | 2024-03-01 | 2024-03-05 | 甲厂
            M4       | P4     | 2024-03-02 | 2024-03-05 |
        """,
    )
    frame = of_bucket(group_admissions, t).sort("place_type", "place")
    assert frame.select("place_type", "group_persons").rows() == [("employer", 2), ("village", 1), ("village", 2)]


def test_a_physicians_day_counts_persons_in_the_clinic_and_in_the_ward(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | psn_no | begntime   | endtime    | med_type
            V1       | P1     | 2024-03-01 | 2024-03-01 | 11
            V2       | P1     | 2024-03-01 | 2024-03-01 | 11
            M1       | P2     | 2024-03-01 | 2024-03-04 | 21
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code | bilg_dr_code
            V1       | 2024-03-01    | XN05        | D1
            V2       | 2024-03-01    | XN06        | D1
            M1       | 2024-03-01    | XN05        | D1
            M1       | 2024-03-01    | XN05        |
        """,
    )
    row = of_bucket(physician_load, t).row(0, named=True)
    assert (row["dr_outpatients"], row["dr_visits"], row["dr_inpatients"], row["dr_fee_fen"]) == (1, 2, 1, 3000)
