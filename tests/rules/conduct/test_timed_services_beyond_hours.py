"""More hours of psychotherapy than a day has."""

from __future__ import annotations

import pytest

from models.rules.conduct.timed_services_beyond_hours import timed_services_beyond_hours
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name pric cnt bilg_dr_code init_feedetl_sn"
CODE = "003115020010000"


def sessions(city, persons: int = 26, days: int = 10, *, name: str = "心理治疗", doctors: tuple[str, ...] = ("D1",), extra=(), hour: int = 8):
    """Each day ``persons`` have a session of half an hour by the ``doctors`` in turn."""
    rows = [
        (f"L{d:02}-{n:02}", f"M{n}", f"P{n}", "H1", f"{day(d)} {hour:02}:{n:02}", CODE, name, 60, 1, doctors[n % len(doctors)], None)
        for d in range(days)
        for n in range(persons)
    ]
    return city(fee_list_d=table(FEE, [*rows, *extra]))


def test_the_lines_after_the_twelfth_hour_are_at_fault_and_the_others_stand_beside_them(city):
    findings = found(timed_services_beyond_hours, sessions(city))
    assert lines_of(findings) == [[f"L{d:02}-{n}" for d in range(10) for n in (24, 25)]]
    assert findings.select("kind", "fixmedins_code", "amount_at_issue").row(0) == ("phantom_service", "H1", 1200.0)
    assert findings["related_bkkp_sns"].list.len().to_list() == [240]


@pytest.mark.parametrize(("persons", "hits"), [(24, 0), (25, 1)])
def test_twelve_hours_are_the_boundary(city, persons, hits):
    assert found(timed_services_beyond_hours, sessions(city, persons)).height == hits


@pytest.mark.parametrize(("days", "hits"), [(9, 0), (10, 1)])
def test_ten_days_are_the_boundary(city, days, hits):
    assert found(timed_services_beyond_hours, sessions(city, days=days)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("a group is treated together", {"name": "集体心理治疗"}),
        ("two physicians share the work", {"doctors": ("D1", "D2")}),
        ("nobody says who treated", {"doctors": (None,)}),
        ("a blood count takes nobody's hour", {"name": "血细胞分析"}),
    ],
)
def test_lawful_or_unproven(city, why, change):
    assert found(timed_services_beyond_hours, sessions(city, **change)).is_empty(), why


def test_a_session_taken_back_takes_no_time(city):
    undo = [(f"B{n}", f"M{n}", f"P{n}", "H1", f"{day(0)} 08:{n:02}", CODE, "心理治疗", 60, -1, "D1", f"L00-{n:02}") for n in range(2)]
    assert found(timed_services_beyond_hours, sessions(city, extra=undo)).is_empty()


def test_several_lines_of_one_session_take_its_time_once(city):
    again = [(f"A{d}", "M0", "P0", "H1", f"{day(d)} 08:00", CODE, "心理治疗", 60, 1, "D1", None) for d in range(10)]
    assert found(timed_services_beyond_hours, sessions(city, 24, extra=again)).is_empty()
