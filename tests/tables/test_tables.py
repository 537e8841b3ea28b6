"""The prepared tables: refunds netted, void rows gone, stays gathered over their settlements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from features.tables import Tables

City = Callable[..., Tables]


@pytest.mark.parametrize(
    ("born", "visited", "age"),
    [("1963-02-11", "2024-02-10", 60), ("1963-02-11", "2024-02-11", 61), ("1963-12-31", "2024-10-13", 60), ("1963-10-14", "2024-12-01", 61)],
)
def test_a_person_is_a_year_older_from_the_birthday_on(city: City, born: str, visited: str, age: int) -> None:
    t = city(
        psn_info_b=f"psn_no | gend | brdy\nP1 | 1 | {born}",
        mdtrt_d=f"mdtrt_id | psn_no | begntime | endtime\nM1 | P1 | {visited} 09:00 | {visited} 10:00",
    )
    assert t.visits.collect()["age"].to_list() == [age]


def test_a_line_taken_back_in_whole_is_gone_and_one_in_part_is_reduced(city: City) -> None:
    t = city(
        fee_list_d="""
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | cnt | pric | det_item_fee_sumamt | inscp_amt | init_feedetl_sn
            L1      | M1       | 2024-03-02 08:00 | 001109000010000 | 3   | 40   | 120                 | 100       | -
            L2      | M1       | 2024-03-02 08:00 | 001201000040000 | 2   | 20   | 40                  | 40        | -
            L3      | M1       | 2024-03-03 08:00 | 001109000010000 | -1  | 40   | -40                 | -33.33    | L1
            L4      | M1       | 2024-03-03 08:00 | 001201000040000 | -2  | 20   | -40                 | -40       | L2
        """,
    )
    lines = t.lines.select("bkkp_sn", "cnt", "fee_fen", "inscp_fen").collect()
    assert lines.rows() == [("L1", 2.0, 8000, 6667)]


def test_a_settlement_refunded_in_whole_takes_its_lines_with_it(city: City) -> None:
    t = city(
        mdtrt_d="mdtrt_id | begntime | endtime\nM1 | 2024-03-01 09:00 | 2024-03-05 10:00",
        setl_d="""
            setl_id | mdtrt_id | begndate | enddate | setl_time | medfee_sumamt | inscp_amt | fund_pay_sumamt | refd_setl_flag | init_setl_id
            S1      | M1       | 2024-03-01 | 2024-03-05 | 2024-03-05 11:00 | 40            | 40        | 28              | 0              | -
            S2      | M1       | 2024-03-01 | 2024-03-05 | 2024-03-06 11:00 | -40           | -40       | -28             | 1              | S1
        """,
        fee_list_d="""
                bkkp_sn | mdtrt_id | setl_id | fee_ocur_time | hilist_code | cnt | pric
                L1 | M1 | S1 | 2024-03-02 08:00 | 001109000010000 | 1 | 40
            """,
    )
    assert t.settlements.collect().is_empty()
    assert t.lines.collect().is_empty()


def test_a_visit_wholly_taken_back_stands_no_more_and_one_billed_anew_does(city: City) -> None:
    t = city(
        mdtrt_d="mdtrt_id | begntime | endtime\nM1 | 2024-03-01 | 2024-03-01\nM2 | 2024-03-02 | 2024-03-02\nM3 | 2024-03-03 | -",
        setl_d="""
            setl_id | mdtrt_id | medfee_sumamt | inscp_amt | fund_pay_sumamt | refd_setl_flag | init_setl_id
            S1      | M1       | 100           | 100       | 70              | 0              |
            R1      | M1       | -100          | -100      | -70             | 1              | S1
            S2      | M2       | 100           | 100       | 70              | 0              |
            R2      | M2       | -100          | -100      | -70             | 1              | S2
            S2B     | M2       | 80            | 80        | 56              | 0              |
        """,
    )
    assert t.standing_visits.select("mdtrt_id").collect()["mdtrt_id"].to_list() == ["M2", "M3"]


def test_void_rows_are_gone(city: City) -> None:
    t = city(
        mdtrt_d="""
                mdtrt_id | begntime | endtime | vali_flag
                M1 | 2024-03-01 09:00 | 2024-03-05 10:00 | 0
                M2 | 2024-03-01 09:00 | 2024-03-05 10:00 | 1
            """
    )
    assert t.visits.collect()["mdtrt_id"].to_list() == ["M2"]


def test_interim_settlements_are_one_stay_and_its_end_is_the_last_of_them(city: City) -> None:
    t = city(
        mdtrt_d="mdtrt_id | begntime | endtime | inhosp_stas\nM1 | 2024-03-01 09:00 | - | 1",
        setl_d="""
            setl_id | mdtrt_id | begndate   | enddate    | setl_time        | medfee_sumamt | inscp_amt | fund_pay_sumamt | mid_setl_flag
            S1      | M1       | 2024-03-01 | 2024-03-30 | 2024-03-30 11:00 | 400           | 400       | 280             | 1
            S2      | M1       | 2024-03-31 | 2024-04-29 | 2024-04-29 11:00 | 500           | 500       | 350             | 1
        """,
    )
    stay = t.stays.select("mdtrt_id", "end_date", "los", "n_setl", "fee_fen", "fund_fen", "interim").collect()
    assert stay.rows() == [("M1", date(2024, 4, 29), 59, 2, 90_000, 63_000, True)]


def test_a_stay_paid_by_a_group_is_case_paid_unless_it_was_settled_as_an_outlier(city: City) -> None:
    t = city(
        mdtrt_d="mdtrt_id | begntime | endtime\nM1 | 2024-03-01 09:00 | 2024-03-05 10:00\nM2 | 2024-03-01 09:00 | 2024-03-05 10:00",
        fee_list_d="""
            bkkp_sn | mdtrt_id | setl_id | fee_ocur_time    | hilist_code     | cnt | pric
            L1      | M1       | S1      | 2024-03-02 08:00 | 001109000010000 | 1   | 40
            L2      | M2       | S2      | 2024-03-02 08:00 | 001109000010000 | 1   | 40
        """,
        mdcs_fund_setl_list_d="setl_id | mdtrt_id | psn_no | hi_paymtd\nS1 | M1 | P1 | 4\nS2 | M2 | P1 | 4",
        drg_setl_d="setl_id | drg_code | drg_wt | drg_pay_std | drg_case_type\nS1 | ES35 | 0.8 | 4000 | 1\nS2 | ES35 | 0.8 | 4000 | 2",
    )
    assert dict(t.stays.select("mdtrt_id", "case_paid").collect().iter_rows()) == {"M1": True, "M2": False}
    assert dict(t.lines.select("bkkp_sn", "case_paid").collect().iter_rows()) == {"L1": True, "L2": False}


def test_a_low_outlier_that_was_paid_more_than_it_charged_was_paid_by_its_group(city: City) -> None:
    t = city(
        mdtrt_d="mdtrt_id | med_type | begntime | endtime\nM1 | 21 | 2024-03-01 | 2024-03-05\nM2 | 21 | 2024-03-01 | 2024-03-05",
        fee_list_d="bkkp_sn | mdtrt_id | setl_id | fee_ocur_time | pric\nL1 | M1 | S1 | 2024-03-02 | 1300\nL2 | M2 | S2 | 2024-03-02 | 1300",
        mdcs_fund_setl_list_d="setl_id | mdtrt_id | hi_paymtd\nS1 | M1 | 4\nS2 | M2 | 4",
        drg_setl_d="setl_id | drg_code | drg_wt | drg_pay_std | drg_case_type | drg_fund_pay\n"
        "S1 | FM39 | 1.6 | 6200 | 3 | 5850\nS2 | FM39 | 1.6 | 6200 | 3 | 940",
    )
    assert dict(t.stays.select("mdtrt_id", "case_paid").collect().iter_rows()) == {"M1": True, "M2": False}


def test_the_fund_pays_its_share_of_a_line(city: City) -> None:
    t = city(
        fee_list_d="""
                bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | pric | inscp_amt
                L1 | M1 | 2024-03-02 08:00 | 001109000010000 | 1 | 40 | 40
            """
    )
    assert t.lines.collect()["fund_fen"].to_list() == [2800]


ITEMS_BILLED = """
    bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | hilist_name | list_type | med_chrgitm_type | cnt | pric
    L1      | M1       | 2024-03-02    | 001109000010000 | 普通病房床位费   | 201       | 01               | 1   | 40
    L2      | M1       | 2024-03-02    | XJ01CAA001      | 阿莫西林      | 101       | 09               | 1   | 20
    L3      | M1       | 2024-03-03    | 001109000010000 | 普通病房床位费   | 201       | 01               | 1   | 40
    L4      | M1       | 2024-03-03    | XJ01CAA001      | -           | 101       | 09               | 1   | 20
"""


@pytest.mark.parametrize("whole", [False, True])
def test_what_an_item_says_of_itself_is_told_of_each_of_its_lines(city: City, whole: bool) -> None:
    t = city(fee_list_d=ITEMS_BILLED)
    t = Tables(t.lake) if whole else t
    code, name = pl.col("hilist_code"), pl.col("hilist_name")
    told = t.lines.with_columns(
        drug=t.of_item(code.str.starts_with("X")), group=t.of_item(code.str.slice(0, 4)), bed=t.of_item(name.str.contains("床"))
    )
    assert told.select("bkkp_sn", "drug", "group", "bed").sort("bkkp_sn").collect().rows() == [
        ("L1", False, "0011", True),
        ("L2", True, "XJ01", False),
        ("L3", False, "0011", True),
        # a name that is missing says neither yes nor no, as on the line itself
        ("L4", True, "XJ01", None),
    ]
    assert t.lines.filter(t.of_item(~name.str.contains("床"))).collect()["bkkp_sn"].to_list() == ["L2"]
    assert t.items.select(pl.len()).collect().item() == 3


def test_what_items_say_has_its_own_type_also_where_no_line_stands(city: City) -> None:
    t = city(fee_list_d=ITEMS_BILLED.splitlines()[1])
    code = pl.col("hilist_code")
    told = t.lines.select(word=t.of_item(code.str.slice(0, 2)), flag=t.of_item(code.str.starts_with("X"))).collect()
    assert told.schema == {"word": pl.String, "flag": pl.Boolean}


def test_of_an_item_only_its_own_columns_are_asked(city: City) -> None:
    t = city(fee_list_d=ITEMS_BILLED)
    with pytest.raises(ValueError, match="inpatient differ from line to line"):
        t.of_item(pl.col("hilist_code").str.starts_with("X") & pl.col("inpatient"))
