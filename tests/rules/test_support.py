"""The drawing of small lakes keeps its word."""

from __future__ import annotations

import datetime as dt

import pytest

from models.rules.death_claims import death_claims
from tests.rules.support import found, lines_of


def test_a_fee_line_alone_implies_visit_settlement_person_and_institution(city):
    t = city(
        fee_list_d="""
            mdtrt_id | fee_ocur_time    | hilist_code     | cnt | pric
            M1       | 2024-03-02 08:00 | 001109000010000 | 2   | 40
        """
    )
    line = t.lines.collect().row(0, named=True)
    assert (line["fee_fen"], line["fund_fen"], line["date"], line["med_type"]) == (8000, 5600, dt.date(2024, 3, 2), "11")
    assert t.persons.collect()["psn_no"].to_list() == ["P1"]
    assert t.institutions.collect()["tier"].to_list() == ["2"]


def test_a_stay_takes_its_amounts_from_its_lines(city):
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime         | endtime
            M1       | 2024-03-01 09:00 | 2024-03-05 10:00
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time | hilist_code     | pric
            M1       | 2024-03-02    | 001109000010000 | 40
            M1       | 2024-03-03    | XJ01CAA001      | 60
        """,
    )
    stay = t.stays.collect().row(0, named=True)
    assert (stay["los"], stay["fee_fen"], stay["fund_fen"]) == (4, 10000, 7000)


def test_a_dash_is_null_and_an_empty_cell_the_default(city):
    t = city(
        mdtrt_d="""
            mdtrt_id | psn_no | begntime   | endtime | inhosp_stas
            M1       |        | 2024-03-01 | -       | 1
        """
    )
    visit = t.visits.collect().row(0, named=True)
    assert visit["psn_no"] == "P1"
    assert visit["end_date"] is None


def test_findings_of_a_rule_are_settled_with_their_lines(city):
    t = city(
        die_reg_d="""
            psn_no | die_date
            P1     | 2024-02-01
        """,
        fee_list_d="""
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code
            L1      | M1       | 2024-03-02 08:00 | XA10BAE036A001010302
        """,
    )
    findings = found(death_claims, t)
    assert lines_of(findings) == [["L1"]]
    assert findings["fund_loss"].to_list() == [7.0]


def test_a_column_that_the_contract_does_not_know_is_refused(city):
    with pytest.raises(ValueError, match="mdtrt_d has no column nonsense"):
        city(
            mdtrt_d="""
                mdtrt_id | nonsense
                M1       | 1
            """
        )
