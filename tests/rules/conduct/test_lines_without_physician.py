"""A house whose bills do not say who ordered."""

from __future__ import annotations

import pytest

from models.rules.conduct.lines_without_physician import lines_without_physician
from tests.rules.conduct.draw import day, table
from tests.rules.support import found

HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric bilg_dr_code cnt init_feedetl_sn"
ITEM = "001102000010000"


def visits(at: str, number: int, blank: int, lines: int = 2):
    """``number`` visits of March at a house, ``lines`` lines each; on the first ``blank`` of them nobody ordered."""
    return [
        (f"{at}{n}-{k}", f"M{at}{n}", f"P{n}", at, f"{day(n % 28)} 10:0{k}", ITEM, 20, None if n < blank else "D1", 1, None)
        for n in range(number)
        for k in range(lines)
    ]


def billed(city, *houses):
    return city(fee_list_d=table(HEAD, [row for house in houses for row in house]))


def test_a_house_that_leaves_the_physician_out_as_a_habit_is_found_with_those_lines(city):
    findings = found(lines_without_physician, billed(city, visits("H1", 40, 10), visits("H2", 40, 0), visits("H3", 40, 0)))
    assert findings.select("fixmedins_code", "kind", "amount_at_issue").rows() == [("H1", "data_quality", 0.0)]
    assert findings["bkkp_sns"].list.len().to_list() == [20]


@pytest.mark.parametrize(
    ("why", "houses"),
    [
        ("nine visits", [visits("H1", 40, 9), visits("H2", 40, 0)]),
        ("a small share", [visits("H1", 201, 10), visits("H2", 40, 0)]),
        ("single lines are slips", [visits("H1", 40, 10, lines=1), visits("H2", 40, 0)]),
        ("all of its level leave it out", [visits("H1", 40, 12), visits("H2", 40, 12)]),
        ("nobody to compare with", [visits("H1", 40, 12)]),
        ("pharmacies need no physician", [visits("P1", 40, 40), visits("P2", 40, 0)]),
    ],
)
def test_blanks_that_accuse_nobody(city, why, houses):
    assert found(lines_without_physician, billed(city, *houses)).is_empty(), why


def test_a_visit_with_one_line_ordered_is_not_blank(city):
    rows = [(*row[:7], "D1" if row[0].endswith("-0") else None, *row[8:]) for row in visits("H1", 40, 40)]
    assert found(lines_without_physician, billed(city, rows, visits("H2", 40, 0))).is_empty()


def test_refunded_visits_are_gone(city):
    rows = visits("H1", 40, 10)
    undo = [(f"R{row[0]}", *row[1:8], -1, row[0]) for row in rows[:2]]
    assert found(lines_without_physician, billed(city, rows, undo, visits("H2", 40, 0))).is_empty()
