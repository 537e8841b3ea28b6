"""One outpatient visit registered again hours later or on the next day."""

from __future__ import annotations

import pytest

from models.rules.conduct.one_visit_over_days import one_visit_over_days
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

VISIT = "mdtrt_id psn_no fixmedins_code med_type begntime endtime adm_dept_codg dscg_maindiag_code"
FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code init_feedetl_sn cnt"
CONSULTATION, PILL, DRIP = "001102000010000", "XA10BAE022A001010101933", "001204000060000"


def returns(
    city, again: int, *, days: int = 1, at: str = "09:00", dept: str = "A1", dx: str = "J06.900", code: str = PILL, elsewhere: int = 0, undo=()
):
    """H1 and H2 see a hundred persons each; the first ``again`` of H1's (``elsewhere`` of H2's) come again ``days`` later."""
    visits, lines = [], []
    for house, coming in (("H1", again), ("H2", elsewhere)):
        for n in range(100):
            first, psn = f"M{house}{n}a", f"P{house}{n}"
            visits.append((first, psn, house, "11", f"{day(n)} 09:00", f"{day(n)} 09:30", "A1", "J06.900"))
            lines.append((f"{house}a{n:03d}", first, psn, house, f"{day(n)} 09:10", CONSULTATION, None, 1))
            if n < coming:
                when = day(n + days)
                visits.append((f"M{house}{n}b", psn, house, "11", f"{when} {at}", f"{when} 23:00", dept, dx))
                lines.append((f"{house}b{n:03d}", f"M{house}{n}b", psn, house, f"{when} {at}", code, None, 1))
    return city(mdtrt_d=table(VISIT, visits), fee_list_d=table(FEE, [*lines, *undo]))


def test_patients_called_again_the_next_day_as_a_habit_are_found_with_the_later_visit(city):
    findings = found(one_visit_over_days, returns(city, 6))
    assert lines_of(findings) == [[f"H1b{n:03d}"] for n in range(6)]
    assert findings["related_bkkp_sns"].to_list()[0] == ["H1a000"]


def test_hours_later_on_the_same_day_counts_as_well(city):
    assert found(one_visit_over_days, returns(city, 6, days=0, at="10:01")).height == 6


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("five are results fetched", {"again": 5}),
        ("two days later", {"again": 20, "days": 2}),
        ("within the hour is another rule's", {"again": 20, "days": 0, "at": "10:00"}),
        ("another department", {"again": 20, "dept": "B2"}),
        ("another disease", {"again": 20, "dx": "L30.900"}),
        ("an infusion is a course", {"again": 20, "code": DRIP}),
        ("an injection is given on the spot", {"again": 20, "code": "XB05XAL070B002010104346"}),
        ("the tier's custom", {"again": 20, "elsewhere": 20}),
    ],
)
def test_lawful_returns(city, why, change):
    assert found(one_visit_over_days, returns(city, **change)).is_empty(), why


def test_a_visit_taken_back_is_gone(city):
    undo = [("U0", "MH10b", "PH10", "H1", f"{day(1)} 12:00", PILL, "H1b000", -1)]
    assert found(one_visit_over_days, returns(city, 6, undo=undo)).is_empty()
