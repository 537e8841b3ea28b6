"""A day of a stay that bears twice what the other days bear."""

from __future__ import annotations

import pytest

from models.rules.inpatient.day_posted_again import day_posted_again
from tests.rules.conduct.draw import table
from tests.rules.support import found, lines_of

STAY = "mdtrt_id psn_no fixmedins_code begntime endtime"
HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name cnt dscg_tkdrug_flag init_feedetl_sn"
ITEMS = {"I": ("XB05XAL070B002010103475", "氯化钠注射液"), "J": ("XN06BXC050B002010101615", "长春西汀注射液"), "T": ("003401000010000", "红外线治疗")}


def wards(
    city,
    *,
    stays: int = 4,
    doubled="IJ",
    on=(5,),
    hour: str = "15",
    cnt: float = 1,
    elsewhere: int = 0,
    take_home=None,
    end="2024-03-09 10:00",
    extra=(),
):
    """Forty stays of H1 and fifty of H2 from the 1st to the 9th with two infusions and a treatment a day; on the days ``on`` of the first ``stays``
    (``elsewhere`` of H2) the items ``doubled`` stand a second time."""
    rows, visits = [], []
    for house, n, twice in (("H1", 40, stays), ("H2", 50, elsewhere)):
        for k in range(n):
            m = f"{house}-{k}"
            visits.append((m, f"P{m}", house, "2024-03-01 09:00", end))
            for d in range(1, 10):
                rows += [(f"{i}{d}{m}", m, f"P{m}", house, f"2024-03-0{d} 09:00", code, name, 1, None, None) for i, (code, name) in ITEMS.items()]
            if k < twice:
                rows += [(f"{i}{d}{m}x", m, f"P{m}", house, f"2024-03-0{d} {hour}:00", *ITEMS[i], cnt, take_home, None) for d in on for i in doubled]
    return city(mdtrt_d=table(STAY, visits), fee_list_d=table(HEAD, [*rows, *extra]))


def test_the_later_lines_of_a_day_that_stands_twice_are_found(city):
    findings = found(day_posted_again, wards(city))
    assert sorted(lines_of(findings)) == [[f"I5H1-{k}x", f"J5H1-{k}x"] for k in range(4)]
    assert findings["related_bkkp_sns"].to_list()[0] == ["I5H1-0", "J5H1-0"]
    assert findings.select("kind", "certainty").unique().rows() == [("duplicate_charge", "suspected")]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("three stays are slips", {"stays": 3}),
        ("one item given twice is an order of its own", {"doubled": "I"}),
        ("orders change on the first day", {"on": (1,)}),
        ("and on the last", {"on": (9,)}),
        ("orders doubled for three days are a change of treatment", {"on": (4, 5, 6)}),
        ("half as much again is another dose", {"cnt": 0.5}),
        ("three times as much is another dose", {"cnt": 2}),
        ("identical lines of one moment are another rule's", {"hour": "09"}),
        ("what the others do as often", {"elsewhere": 10}),
        ("drugs to take home", {"take_home": "1"}),
        ("a line taken back", {"extra": [("U", "H1-0", "PH1-0", "H1", "2024-03-05 16:00", *ITEMS["I"], -1, None, "I5H1-0x")]}),
    ],
)
def test_lawful_days(city, why, change):
    assert found(day_posted_again, wards(city, **change)).is_empty(), why


def test_two_days_of_a_stay_are_still_a_second_posting(city):
    assert found(day_posted_again, wards(city, on=(4, 6))).height == 4


def test_a_stay_that_goes_on_is_judged_on_all_days_but_its_first(city):
    assert found(day_posted_again, wards(city, on=(9,), end=None)).height == 4
