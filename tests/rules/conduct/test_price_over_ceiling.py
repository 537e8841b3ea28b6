"""A price above the ceiling, with the excess claimed from the fund."""

from __future__ import annotations

import pytest

from models.rules.conduct.price_over_ceiling import price_over_ceiling
from tests.rules.conduct.draw import table
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn mdtrt_id fee_ocur_time hilist_code cnt pric pric_uplmt_amt inscp_amt init_feedetl_sn"
DRUG = "XC07ABM102A010010101111"
BED = "001109000010000"


def billed(city, *rows, **tables: str):
    return city(fee_list_d=table(HEAD, [(*row, *(None,) * (9 - len(row))) for row in rows]), **tables)


def ceilings(*rows: str) -> dict[str, str]:
    head = "hilist_code | hilist_lmtpric_type | begndate | enddate | hilist_pric_uplmt_amt"
    return {"hilist_lmtpric_d": "\n".join([head, *rows])}


def test_an_excess_within_scope_is_definite_and_costs_the_fund_its_share(city):
    findings = found(price_over_ceiling, billed(city, ("L1", "M1", "2024-03-01", DRUG, 2, 30, 25)))
    assert lines_of(findings) == [["L1"]]
    assert findings.select("certainty", "amount_at_issue", "fund_loss").row(0) == ("definite", 60.0, 7.0)


def test_a_price_at_the_ceiling_is_lawful(city):
    assert found(price_over_ceiling, billed(city, ("L1", "M1", "2024-03-01", DRUG, 2, 25, 25))).is_empty()


def test_an_excess_the_patient_paid_is_no_matter_of_the_fund(city):
    assert found(price_over_ceiling, billed(city, ("L1", "M1", "2024-03-01", DRUG, 2, 30, 25, 50))).is_empty()


def test_what_is_cut_before_scope_is_known_from_lawful_lines(city):
    lawful = ("L0", "M0", "2024-03-01", DRUG, 1, 20, 25, 18)
    capped = ("L1", "M1", "2024-03-02", DRUG, 1, 30, 25, 22.5)
    claimed = ("L2", "M2", "2024-03-03", DRUG, 1, 30, 25, 27)
    assert lines_of(found(price_over_ceiling, billed(city, lawful, capped, claimed))) == [["L2"]]


@pytest.mark.parametrize(("kind", "hits"), [("1", 0), ("2", 1), ("9", 1), ("7", 0)])
def test_only_the_ceiling_of_the_own_level_binds(city, kind, hits):
    t = billed(city, ("L1", "M1", "2024-03-01", BED, 1, 50), **ceilings(f"{BED} | {kind} | 2023-01-01 | 2025-01-01 | 40"))
    assert found(price_over_ceiling, t).height == hits


@pytest.mark.parametrize(("day", "hits"), [("2024-06-30", 1), ("2024-07-01", 0)])
def test_a_new_price_notice_holds_from_its_day(city, day, hits):
    notice = ceilings(f"{BED} | 2 | 2023-01-01 | 2024-06-30 | 40", f"{BED} | 2 | 2024-07-01 | - | 50")
    assert found(price_over_ceiling, billed(city, ("L1", "M1", day, BED, 1, 50), **notice)).height == hits


def test_the_higher_of_two_ceilings_is_the_institution_s_right(city):
    t = billed(city, ("L1", "M1", "2024-03-01", BED, 1, 50, 50), **ceilings(f"{BED} | 2 | 2023-01-01 | - | 40"))
    assert found(price_over_ceiling, t).is_empty()


def test_a_refunded_line_is_gone_and_lines_of_a_visit_are_one_finding(city):
    t = billed(
        city,
        ("L1", "M1", "2024-03-01", DRUG, 1, 30, 25),
        ("L2", "M1", "2024-03-01", DRUG, 1, 30, 25),
        ("L3", "M1", "2024-03-01", DRUG, 1, 30, 25),
        ("R3", "M1", "2024-03-01", DRUG, -1, 30, 25, -30, "L3"),
    )
    assert lines_of(found(price_over_ceiling, t)) == [["L1", "L2"]]


def test_a_line_without_any_ceiling_is_left_alone(city):
    assert found(price_over_ceiling, billed(city, ("L1", "M1", "2024-03-01", DRUG, 1, 3000))).is_empty()
