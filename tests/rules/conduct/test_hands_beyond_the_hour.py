"""More treatments by hand of one physician than an hour allows."""

from __future__ import annotations

import pytest

from models.rules.conduct.hands_beyond_the_hour import hands_beyond_the_hour
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name cnt bilg_dr_code med_type init_feedetl_sn"
MASSAGE, NEEDLE, PLASTER = ("004500000060000", "推拿治疗"), ("004300000010000", "普通针刺"), ("004100000010000", "穴位贴敷治疗")


def clinic(city, *, persons: int = 6, full: int = 3, items=(MASSAGE, NEEDLE), step: int = 4, doctor: str | None = "D1", kind="11", usual: int = 1,
           alone: int = 0, elsewhere: int = 0, hour: int = 9, extra=()):  # fmt: skip
    """D1 of H1 treats ``usual`` persons on each of ten days; on ``full`` more he treats ``persons`` with all the ``items``, ``step`` minutes apart
    (the first ``alone`` of them with massage only). D2 of H2 has twenty days of one person and ``elsewhere`` full ones."""
    rows = []

    def visit(dr, house, d, n, minute, which):
        m = f"{dr}-{d}-{n}"
        return [
            (f"{m}-{x}", m, f"P{m}", house, f"{day(d)} {hour + minute // 60:02}:{minute % 60:02}", *item, 1, dr or None, kind, None)
            for x, item in enumerate(which)
        ]  # fmt: skip

    for d in range(10):
        for n in range(usual):
            rows += visit(doctor or "", "H1", d, n, n * step, items)
    for d in range(10, 10 + full):
        for n in range(persons):
            rows += visit(doctor or "", "H1", d, n, n * step, items[:1] if n < alone else items)
    for d in range(20):
        rows += visit("D2", "H2", d, 0, 0, items)
    for d in range(20, 20 + elsewhere):
        for n in range(persons):
            rows += visit("D2", "H2", d, n, n * step, items)
    return city(fee_list_d=table(FEE, [*rows, *extra]))


def test_the_lines_of_the_full_hours_are_in_question(city):
    findings = found(hands_beyond_the_hour, clinic(city))
    assert lines_of(findings) == [sorted(f"D1-{d}-{n}-{x}" for d in (10, 11, 12) for n in range(6) for x in (0, 1))]
    assert findings.select("kind", "certainty", "fixmedins_code").rows() == [("phantom_service", "suspected", "H1")]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("five persons", {"persons": 5}),
        ("a single day may be a day of free clinics", {"full": 1}),
        ("six persons over more than an hour", {"step": 13}),
        ("a plaster is stuck on in a minute", {"items": (PLASTER, NEEDLE)}),
        ("patients of a massage clinic all have massage", {"items": (MASSAGE,), "persons": 9}),
        ("complaints differ", {"persons": 8, "alone": 2}),
        ("a full clinic is full every day", {"usual": 3}),
        ("another physician is as full as often", {"elsewhere": 10}),
        ("nobody says who treated", {"doctor": None}),
        ("in-patients are booked by the ward", {"kind": "21"}),
        ("midnight stamps", {"hour": 0, "step": 0}),
    ],
)
def test_lawful_hours(city, why, change):
    assert found(hands_beyond_the_hour, clinic(city, **change)).is_empty(), why


def test_who_had_something_else_in_the_hour_is_not_at_issue(city):
    findings = found(hands_beyond_the_hour, clinic(city, persons=7, alone=1))
    assert lines_of(findings) == [sorted(f"D1-{d}-{n}-{x}" for d in (10, 11, 12) for n in range(1, 7) for x in (0, 1))]
    assert findings["related_bkkp_sns"].to_list() == [[f"D1-{d}-0-0" for d in (10, 11, 12)]]


def test_ninety_minutes_are_the_boundary(city):
    """Six times massage alone is exactly that; needles beside it make two hours."""
    assert found(hands_beyond_the_hour, clinic(city), minutes_max=120).is_empty()
    assert found(hands_beyond_the_hour, clinic(city), minutes_max=119).height == 1


def test_treatments_taken_back_take_no_time(city):
    undo = [
        (f"U{d}-{x}", f"D1-{d}-0", f"PD1-{d}-0", "H1", f"{day(d)} 11:00", *item, -1, "D1", "11", f"D1-{d}-0-{x}")
        for d in (10, 11, 12)
        for x, item in enumerate((MASSAGE, NEEDLE))
    ]
    assert found(hands_beyond_the_hour, clinic(city, extra=undo)).is_empty()


def test_a_line_charged_twice_takes_its_time_once(city):
    again = [
        (f"X{d}-{n}", f"D1-{d}-{n}", f"PD1-{d}-{n}", "H1", f"{day(d)} 09:30", *MASSAGE, 1, "D1", "11", None) for d in (10, 11, 12) for n in range(5)
    ]
    assert found(hands_beyond_the_hour, clinic(city, persons=5, extra=again), persons_min=5, minutes_max=100).is_empty()
