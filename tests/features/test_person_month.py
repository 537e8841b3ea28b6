"""Features of a person at an institution in a month."""

from __future__ import annotations

from collections.abc import Callable

from features.person_month.dialysis_pattern import dialysis_pattern
from features.person_month.drug_supply import drug_supply
from features.person_month.institutions_visited import institutions_visited
from features.person_month.use_of_care import use_of_care
from features.tables import Tables
from tests.features.support import column, of_bucket

City = Callable[..., Tables]


def sessions(*days: str, code: str = "003110000060000", house: str = "H1") -> str:
    """Fee lines of one dialysis session on each of the days, each its own visit."""
    rows = [f"V{number}{house} | {day} 08:00 | {code} | {house} | 14" for number, day in enumerate(days)]
    return "\n".join(["mdtrt_id | fee_ocur_time | hilist_code | fixmedins_code | med_type", *rows])


def test_visits_purchases_and_admissions_are_told_apart_and_refunds_cancel(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | fixmedins_code | med_type
            V1       | 2024-03-01 | 2024-03-01 | H1             | 11
            V2       | 2024-03-01 | 2024-03-01 | H1             | 14
            M1       | 2024-03-05 | 2024-03-09 | H1             | 21
            B1       | 2024-03-07 | 2024-03-07 | P1             | 41
        """,
        setl_d="""
            setl_id | mdtrt_id | medfee_sumamt | inscp_amt | refd_setl_flag | init_setl_id | setl_time
            S1      | V1       | 100.00        | 90.00     | 0              |              | 2024-03-01
            S2      | V2       | 50.00         | 50.00     | 0              |              | 2024-03-01
            S3      | V2       | -50.00        | -50.00    | 1              | S2           | 2024-03-02
        """,
    )
    frame = of_bucket(use_of_care, t)
    assert column(frame, "fixmedins_code") == ["H1", "P1"]
    assert column(frame, "visits") == [2, 0]
    assert column(frame, "purchases") == [0, 1]
    assert column(frame, "admissions") == [1, 0]
    assert column(frame, "visit_days") == [2, 1]
    assert column(frame, "settlements") == [1, 0]
    assert column(frame, "fee_fen") == [10000, 0]


def test_three_sessions_a_week_are_usual_and_two_on_one_day_are_extra(city: City) -> None:
    t = city(fee_list_d=sessions("2024-03-01", "2024-03-04", "2024-03-06", "2024-03-08", "2024-03-08"))
    row = of_bucket(dialysis_pattern, t).row(0, named=True)
    assert (row["hd"], row["dialysis_days"], row["same_day_extra"]) == (5, 4, 1)
    assert (row["max_in_7_days"], row["next_day_sessions"]) == (3, 0)


def test_a_child_item_is_the_same_treatment_and_perfusion_is_no_session(city: City) -> None:
    t = city(
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | med_type
            V1       | 2024-03-01    | 003110000060100 | 14
            V1       | 2024-03-01    | 003110000100000 | 14
            V2       | 2024-03-02    | 003110000080000 | 14
        """
    )
    row = of_bucket(dialysis_pattern, t).row(0, named=True)
    assert (row["hd"], row["hdf"], row["hp"], row["dialysis_days"], row["next_day_sessions"]) == (1, 1, 1, 2, 1)


def test_sessions_at_two_houses_are_spaced_over_both(city: City) -> None:
    here, there = sessions("2024-03-01", "2024-03-05"), sessions("2024-03-02", "2024-03-06", house="H2")
    t = city(fee_list_d=here + "\n" + "\n".join(there.splitlines()[1:]))
    frame = of_bucket(dialysis_pattern, t)
    assert column(frame, "fixmedins_code") == ["H1", "H2"]
    assert column(frame, "next_day_sessions") == [0, 2]
    assert column(frame, "max_in_7_days") == [3, 4], "looking back: the fullest seven days end on the sixth"


def test_sessions_during_a_stay_elsewhere_are_found_and_those_on_its_edges_are_not(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | fixmedins_code | med_type
            M1       | 2024-03-01 | 2024-03-08 | H9             | 21
        """,
        fee_list_d=sessions("2024-03-01", "2024-03-04", "2024-03-08"),
    )
    assert column(of_bucket(dialysis_pattern, t), "dialysis_in_stay_elsewhere") == [1]


def test_supply_counts_the_longest_line_of_a_drug_a_day_and_herbs_as_one(city: City) -> None:
    t = city(
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code             | prd_days | fixmedins_code
            V1       | 2024-03-01    | XN02BED140A001010106558 | 28       | P1
            V1       | 2024-03-01    | XN02BED140A001010106559 | 28       | P1
            V2       | 2024-03-15    | XN02BED140A001010106558 | 28       | P1
            V2       | 2024-03-15    | T000000001              | 7        | P1
            V2       | 2024-03-15    | T000000002              | 7        | P1
            V2       | 2024-03-15    | ZA01                    | -        | P1
        """
    )
    row = of_bucket(drug_supply, t).row(0, named=True)
    assert (row["drugs"], row["max_supply_days"], row["supply_days"]) == (3, 56, 63)


def test_drugs_given_at_dialysis_are_no_supply(city: City) -> None:
    t = city(
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | prd_days | med_type
            V1       | 2024-03-01    | 003110000060000 | -        | 14
            V1       | 2024-03-01    | XB03            | 28       | 14
        """
    )
    assert of_bucket(drug_supply, t).is_empty()


def test_institutions_are_counted_by_month_and_on_the_fullest_day(city: City) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | fixmedins_code | med_type
            V1       | 2024-03-01 | 2024-03-01 | H1             | 11
            V2       | 2024-03-01 | 2024-03-01 | P1             | 41
            V3       | 2024-03-20 | 2024-03-20 | P2             | 41
            V4       | 2024-04-01 | 2024-04-01 | H1             | 11
        """
    )
    frame = of_bucket(institutions_visited, t)
    assert frame.select("fixmedins_code", "month", "institutions", "max_institutions_a_day").rows() == [
        ("H1", "2024-03", 3, 2),
        ("H1", "2024-04", 1, 1),
        ("P1", "2024-03", 3, 2),
        ("P2", "2024-03", 3, 2),
    ]
