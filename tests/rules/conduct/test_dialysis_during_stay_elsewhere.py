"""Nobody is dialysed here while lying in a bed there."""

from __future__ import annotations

import pytest

from models.rules.conduct.dialysis_during_stay_elsewhere import dialysis_during_stay_elsewhere
from tests.rules.conduct.draw import HD, table
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric"


def away(city, date: str, *, machines: str = "H2 | 5", extra=(), head: str = HEAD):
    """P1 lies in H2 from 10 to 20 March; the dialysis unit H1 bills a session on ``date``."""
    rows = [("D1", "M1", "P1", "H1", f"{date} 08:00", HD, 400), ("B1", "S1", "P1", "H2", f"{date} 00:00", "001109000010000", 40), *extra]
    return city(
        mdtrt_d=table("mdtrt_id psn_no fixmedins_code begntime endtime", [("S1", "P1", "H2", "2024-03-10", "2024-03-20")]),
        fee_list_d=table(head, rows if head == HEAD else [(*row, *[None] * (1 - (len(row) - 7))) for row in rows]),
        dial_mach_b=f"fixmedins_code | mach_cnt\n{machines}",
    )


def test_a_session_in_the_middle_of_a_stay_elsewhere_is_found_with_the_bed_of_that_day(city):
    findings = found(dialysis_during_stay_elsewhere, away(city, "2024-03-15"))
    assert lines_of(findings) == [["D1"]]
    assert findings["related_bkkp_sns"].to_list() == [["B1"]]
    assert findings.select("fixmedins_code", "amount_at_issue").row(0) == ("H1", 400.0)


@pytest.mark.parametrize(("date", "hits"), [("2024-03-10", 0), ("2024-03-11", 1), ("2024-03-19", 1), ("2024-03-20", 0), ("2024-03-21", 0)])
def test_the_days_of_admission_and_discharge_belong_to_both_houses(city, date, hits):
    assert found(dialysis_during_stay_elsewhere, away(city, date)).height == hits


def test_a_hospital_that_cannot_dialyse_sends_its_patients_out(city):
    assert found(dialysis_during_stay_elsewhere, away(city, "2024-03-15", machines="H9 | 5")).is_empty()


def test_a_refunded_session_is_gone(city):
    back = ("R1", "M1", "P1", "H1", "2024-03-15 09:00", HD, 400, "D1")
    rows = [("D1", "M1", "P1", "H1", "2024-03-15 08:00", HD, 400, None), back]
    t = city(
        mdtrt_d=table("mdtrt_id psn_no fixmedins_code begntime endtime", [("S1", "P1", "H2", "2024-03-10", "2024-03-20")]),
        fee_list_d=table(f"{HEAD} init_feedetl_sn cnt", [(*rows[0], 1), (*back, -1)]),
        dial_mach_b="fixmedins_code | mach_cnt\nH2 | 5",
    )
    assert found(dialysis_during_stay_elsewhere, t).is_empty()


def test_two_sessions_of_one_stay_are_one_finding(city):
    extra = [("D2", "M2", "P1", "H1", "2024-03-17 08:00", HD, 400)]
    assert lines_of(found(dialysis_during_stay_elsewhere, away(city, "2024-03-15", extra=extra))) == [["D1", "D2"]]


def test_a_stay_without_an_end_proves_nothing(city):
    t = city(
        mdtrt_d=table("mdtrt_id psn_no fixmedins_code begntime endtime", [("S1", "P1", "H2", "2024-03-10", "-")]),
        fee_list_d=table(HEAD, [("D1", "M1", "P1", "H1", "2024-03-15 08:00", HD, 400)]),
        dial_mach_b="fixmedins_code | mach_cnt\nH2 | 5",
    )
    assert found(dialysis_during_stay_elsewhere, t).is_empty()
