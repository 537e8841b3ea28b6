"""Therapies charged while therapists sleep."""

from __future__ import annotations

import pytest

from models.rules.conduct.therapies_at_night import therapies_at_night
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

STAY = "mdtrt_id psn_no fixmedins_code begntime endtime"
HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name cnt init_feedetl_sn"
EXERCISE = "003402000200000"


def wards(city, *, lines: int = 10, hours=(23, 1, 3), persons: int = 3, elsewhere: int = 0, code: str = EXERCISE, minute: int = 20, undo=()):
    """H1 gives therapies at ten and charges ``lines`` at night, in turn at ``hours``; H2 a hundred by day and ``elsewhere`` at night."""
    stays = [(f"M{n}", f"P{n}", "H1", "2024-03-01", "2024-03-30") for n in range(persons)] + [("N", "Q", "H2", "2024-03-01", "2024-03-30")]
    rows = [(f"D{n}", "M0", "P0", "H1", f"{day(n % 20)} 10:{n:02d}", EXERCISE, "运动疗法", 1, None) for n in range(20)]
    rows += [
        (f"N{n}", f"M{n % persons}", f"P{n % persons}", "H1", f"{day(n)} {hours[n % len(hours)]:02d}:{minute:02d}", code, "运动疗法", 1, None)
        for n in range(lines)
    ]
    rows += [(f"C{n}", "N", "Q", "H2", f"{day(n % 25)} 10:{n % 60:02d}", EXERCISE, "运动疗法", 1, None) for n in range(100)]
    rows += [(f"E{n}", "N", "Q", "H2", f"{day(n % 25)} 02:{n % 60:02d}", EXERCISE, "运动疗法", 1, None) for n in range(elsewhere)]
    return city(mdtrt_d=table(STAY, stays), fee_list_d=table(HEAD, [*rows, *undo]))


def test_exercise_at_three_hours_of_the_night_is_found_visit_by_visit(city):
    findings = found(therapies_at_night, wards(city))
    assert sorted(lines_of(findings)) == [["N0", "N3", "N6", "N9"], ["N1", "N4", "N7"], ["N2", "N5", "N8"]]
    assert findings["kind"].unique().to_list() == ["phantom_service"]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("nine lines are slips of the clock", {"lines": 9}),
        ("the day's charges are posted in an hour or two", {"hours": (23, 0)}),
        ("two patients", {"persons": 2}),
        ("before eleven in the evening", {"hours": (22, 21, 20)}),
        ("midnight stamps", {"hours": (0,), "minute": 0}),
        ("what the others do as often", {"elsewhere": 40}),
        ("nursing goes on at night", {"code": "001201000140100"}),
        ("a charge taken back", {"undo": [("U", "M0", "P0", "H1", f"{day(20)} 10:00", EXERCISE, "运动疗法", -1, "N0")]}),
    ],
)
def test_lawful_charges_at_night(city, why, change):
    assert found(therapies_at_night, wards(city, **change)).is_empty(), why
