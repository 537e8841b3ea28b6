"""The price of haemoperfusion contains the dialysis of the session."""

from __future__ import annotations

import pytest

from models.rules.conduct.haemoperfusion_with_dialysis import haemoperfusion_with_dialysis
from tests.rules.conduct.draw import HD, HP, table
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn mdtrt_id fee_ocur_time hilist_code pric cnt init_feedetl_sn"


def billed(city, *rows):
    return city(fee_list_d=table(HEAD, [(*row, *(None,) * (7 - len(row))) for row in rows]))


def test_dialysis_beside_perfusion_of_the_same_session_is_definite(city):
    t = billed(city, ("P", "M1", "2024-03-01 08:00", HP, 400), ("D", "M1", "2024-03-01 08:00", HD, 360))
    findings = found(haemoperfusion_with_dialysis, t)
    assert lines_of(findings) == [["D"]]
    assert findings["related_bkkp_sns"].to_list() == [["P"]]
    assert findings.select("kind", "certainty", "amount_at_issue", "fund_loss").row(0) == ("duplicate_charge", "definite", 360.0, 252.0)


@pytest.mark.parametrize(("time", "hits"), [("2024-03-01 14:00", 1), ("2024-03-01 14:01", 0), ("2024-03-02 08:00", 0)])
def test_six_hours_on_one_day_are_one_session(city, time, hits):
    t = billed(city, ("P", "M1", "2024-03-01 08:00", HP, 400), ("D", "M1", time, HD, 360))
    assert found(haemoperfusion_with_dialysis, t).height == hits


def test_perfusion_alone_is_lawful(city):
    assert found(haemoperfusion_with_dialysis, billed(city, ("P", "M1", "2024-03-01 08:00", HP, 400))).is_empty()


def test_one_perfusion_contains_one_session_only(city):
    t = billed(city, ("P", "M1", "2024-03-01 08:00", HP, 400), ("D", "M1", "2024-03-01 08:00", HD, 360), ("E", "M1", "2024-03-01 12:00", HD, 360))
    assert lines_of(found(haemoperfusion_with_dialysis, t)) == [["D"]]


def test_a_refunded_dialysis_line_is_gone(city):
    t = billed(
        city,
        ("P", "M1", "2024-03-01 08:00", HP, 400),
        ("D", "M1", "2024-03-01 08:00", HD, 360, 1),
        ("R", "M1", "2024-03-01 09:00", HD, 360, -1, "D"),
    )
    assert found(haemoperfusion_with_dialysis, t).is_empty()
