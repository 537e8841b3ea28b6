"""A day has 24 hours, however many of monitoring were billed for it."""

from __future__ import annotations

import pytest

from models.rules.national.hours_beyond_the_day import hours_beyond_the_day
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name cnt pric med_type inscp_amt init_feedetl_sn"
STAY = "mdtrt_id psn_no fixmedins_code begntime endtime"
MONITOR = ("003107010220000", "心电监测")


def ward(city, beyond: int, *, hours: float = 36, every: int = 10, elsewhere: int = 0, gap: int = 1, paid: int = 1, undo=False, twice=False):
    """H1 and H2 monitor ``every`` and 60 patients for 12 hours on the second day, and ``gap`` days later for ``hours`` (``beyond`` and
    ``elsewhere`` of them) or 12 again; ``twice`` posts these hours in two lines."""
    stays, lines = [], []
    for at, number, over in (("H1", every, beyond), ("H2", 60, elsewhere)):
        for n in range(number):
            key, second = f"{at}{n:02d}", hours if n < over else 12
            stays.append((f"M{key}", f"P{key}", at, day(n), day(n + 9)))
            posts = [("A", 1, 12)] + ([("B", 1 + gap, second / 2), ("C", 1 + gap, second / 2)] if twice else [("B", 1 + gap, second)])
            lines += [
                (f"{name}{key}", f"M{key}", f"P{key}", at, day(n + when), *MONITOR, cnt, 4, 21, cnt * 4 * paid, None) for name, when, cnt in posts
            ]
            if undo and at == "H1" and n < over:
                lines.append((f"R{key}", f"M{key}", f"P{key}", at, day(n + 8), *MONITOR, -second, 4, 21, -second * 4, f"B{key}"))
    return city(mdtrt_d=table(STAY, stays), fee_list_d=table(FEE, lines))


def test_thirty_six_hours_in_a_day_are_found_as_a_habit_and_a_third_is_at_issue(city):
    findings = found(hours_beyond_the_day, ward(city, 6))
    assert lines_of(findings) == [[f"BH1{n:02d}"] for n in range(6)]
    assert findings.select("kind", "certainty", "amount_at_issue").unique().rows() == [("overpricing", "suspected", 48.0)]


@pytest.mark.parametrize(("stays", "hits"), [(5, 5), (4, 0)])
def test_five_stays_are_the_boundary(city, stays, hits):
    assert found(hours_beyond_the_day, ward(city, stays)).height == hits


@pytest.mark.parametrize(("hours", "hits"), [(26, 6), (25.5, 0), (24, 0)])
def test_two_hours_are_rounding(city, hours, hits):
    assert found(hours_beyond_the_day, ward(city, 6, hours=hours)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("the hours of two days posted on the second", {"gap": 2}),
        ("a few of very many", {"every": 600}),
        ("the whole city posts so", {"elsewhere": 30}),
        ("paid by the patient", {"paid": 0}),
        ("refunded", {"undo": True}),
    ],
)
def test_lawful_hours(city, why, change):
    assert found(hours_beyond_the_day, ward(city, 6, **change)).is_empty(), why


def test_two_lines_of_a_day_are_one_day(city):
    assert lines_of(found(hours_beyond_the_day, ward(city, 5, twice=True))) == [[f"BH1{n:02d}", f"CH1{n:02d}"] for n in range(5)]
