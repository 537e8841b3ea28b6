"""Diafiltration for every session, where it is given now and then elsewhere."""

from __future__ import annotations

import pytest

from models.rules.conduct.haemodiafiltration_as_routine import haemodiafiltration_as_routine
from tests.rules.conduct.draw import HD, HDF, day, table
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric"


def units(city, dear_here: int, dear_there: int = 1):
    """H1 and H2 give twelve sessions to one person each in March; the first ``dear_*`` of them as diafiltration."""
    rows = [
        (f"{at}-{n:02d}", f"M{at}{n}", f"P{at}", at, f"{day(2 * n)} 08:00", HDF if n < dear else HD, 600)
        for at, dear in (("H1", dear_here), ("H2", dear_there))
        for n in range(12)
    ]
    return city(fee_list_d=table(HEAD, rows))


def test_the_sessions_beyond_two_a_month_are_at_fault(city):
    findings = found(haemodiafiltration_as_routine, units(city, 12))
    assert lines_of(findings) == [[f"H1-{n:02d}" for n in range(2, 12)]]
    assert findings["amount_at_issue"].to_list() == [6000.0]


@pytest.mark.parametrize("dear", [4, 0])
def test_a_session_a_week_is_lawful(city, dear):
    assert found(haemodiafiltration_as_routine, units(city, dear)).is_empty()


def test_what_all_units_do_is_the_city_s_custom(city):
    assert found(haemodiafiltration_as_routine, units(city, 12, 12)).is_empty()
