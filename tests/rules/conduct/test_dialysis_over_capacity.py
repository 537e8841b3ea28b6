"""A unit cannot dialyse more people than its machines carry."""

from __future__ import annotations

import pytest

from models.rules.conduct.dialysis_over_capacity import dialysis_over_capacity
from tests.rules.conduct.draw import HD, day, table
from tests.rules.support import found

HEAD = "bkkp_sn mdtrt_id psn_no fee_ocur_time hilist_code"


def unit(city, a_day: int, days: int, machines: str = "H1 | 2 | 2"):
    """H1 dialyses ``a_day`` persons on each of ``days`` days."""
    rows = [(f"L{d}x{n}", f"M{d}x{n}", f"P{n}", f"{day(d)} 08:00", HD) for d in range(days) for n in range(a_day)]
    return city(fee_list_d=table(HEAD, rows), dial_mach_b=f"fixmedins_code | mach_cnt | day_shift_cnt\n{machines}")


def test_sessions_beyond_machines_times_shifts_on_several_days_are_found(city):
    findings = found(dialysis_over_capacity, unit(city, 6, 3))
    assert findings.select("fixmedins_code", "certainty").row(0) == ("H1", "suspected")
    assert "有3天" in findings["evidence"][0]
    assert "合计超出6次" in findings["evidence"][0]


@pytest.mark.parametrize(("a_day", "days"), [(4, 30), (6, 2)])
def test_a_full_unit_and_two_busy_days_are_lawful(city, a_day, days):
    assert found(dialysis_over_capacity, unit(city, a_day, days)).is_empty()


@pytest.mark.parametrize(("a_day", "hits"), [(6, 0), (7, 1)])
def test_a_register_without_shifts_is_read_as_three(city, a_day, hits):
    assert found(dialysis_over_capacity, unit(city, a_day, 3, "H1 | 2 | -")).height == hits


def test_a_unit_without_registered_machines_proves_nothing(city):
    assert found(dialysis_over_capacity, unit(city, 9, 5, "H1 | 0 | 2")).is_empty()
