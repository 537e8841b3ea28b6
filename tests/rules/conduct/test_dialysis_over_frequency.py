"""Three dialysis sessions a week are treatment; what goes beyond is not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from models.rules.conduct.dialysis_over_frequency import dialysis_over_frequency
from tests.rules.conduct.draw import HD, day, table
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code cnt pric"
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "dialysis_sessions" / "sessions.csv"


def sessions(*times: str, psn: str = "P1", at: str = "H1", code: str = HD) -> list[tuple[object, ...]]:
    """One outpatient visit a session, 400 yuan each."""
    return [(f"{psn}{n}", f"M{psn}{n}", psn, at, time, code, 1, 400) for n, time in enumerate(times)]


def thrice_a_week(days: int, start: str = "2024-01-01") -> list[str]:
    """Monday, Wednesday, Friday at 08:00 from a Monday on."""
    return [f"{day(n, start)} 08:00" for n in range(days) if n % 7 in (0, 2, 4)]


def test_three_a_week_for_a_year_is_never_touched(city):
    t = city(fee_list_d=table(HEAD, sessions(*thrice_a_week(364))))
    assert found(dialysis_over_frequency, t).is_empty()


def test_a_session_caught_up_after_a_holiday_is_lawful(city):
    times = [*thrice_a_week(28), "2024-01-11 08:00"]
    t = city(fee_list_d=table(HEAD, sessions(*times)))
    assert found(dialysis_over_frequency, t).is_empty()


def test_a_second_session_on_the_same_day_is_found_with_all_that_was_billed_for_it(city):
    rows = [*sessions("2024-01-01 08:00", "2024-01-01 13:00"), ("X", "MP11", "P1", "H1", "2024-01-01 13:00", "C11020100400001", 1, 80)]
    findings = found(dialysis_over_frequency, city(fee_list_d=table(HEAD, rows)))
    assert lines_of(findings) == [["P11", "X"]]
    assert findings.select("amount_at_issue", "fund_loss", "kind").row(0) == (480.0, 336.0, "dialysis_excess")


@pytest.mark.parametrize(("second", "hits"), [("2024-01-01 23:59", 1), ("2024-01-02 00:00", 0)])
def test_sixteen_hours_are_the_boundary(city, second, hits):
    t = city(fee_list_d=table(HEAD, sessions("2024-01-01 08:00", second)))
    assert found(dialysis_over_frequency, t).height == hits


@pytest.mark.parametrize(("extra", "hits"), [(0, 0), (1, 1)])
def test_the_fifteenth_session_of_a_month_is_beyond_it(city, extra, hits):
    # 2024-01-01 is a Monday: 14 planned sessions in January
    times = [*thrice_a_week(31), "2024-01-13 08:00"][: 14 + extra]
    assert len(times) == 14 + extra
    assert found(dialysis_over_frequency, city(fee_list_d=table(HEAD, sessions(*times)))).height == hits


@pytest.mark.parametrize(("sessions_a_week", "at_fault"), [(4, []), (5, [2]), (6, [3])])
def test_a_week_has_room_for_one_caught_up_session(city, sessions_a_week, at_fault):
    times = [f"2024-01-0{n} 08:00" for n in range(1, sessions_a_week + 1)]
    findings = found(dialysis_over_frequency, city(fee_list_d=table(HEAD, sessions(*times))))
    assert [len(lines) for lines in lines_of(findings)] == at_fault


def test_four_sessions_week_after_week_are_not_caught_up(city):
    fourth = [f"{day(7 * week + 5, '2024-02-05')} 08:00" for week in range(2)]
    times = [*thrice_a_week(14, "2024-02-05"), *fourth]
    findings = found(dialysis_over_frequency, city(fee_list_d=table(HEAD, sessions(*times))))
    assert [len(lines) for lines in lines_of(findings)] == [2]


def test_of_four_sessions_a_week_the_one_on_a_strange_weekday_is_at_fault(city):
    # Sundays were added: the Mondays after them follow sooner, but are the person's own
    times = sorted([*thrice_a_week(56, "2024-02-05"), "2024-03-10 08:00", "2024-03-17 08:00"])
    findings = found(dialysis_over_frequency, city(fee_list_d=table(HEAD, sessions(*times))))
    added = {f"P1{n}" for n, time in enumerate(times) if time[:10] in ("2024-03-10", "2024-03-17")}
    assert {line for lines in lines_of(findings) for line in lines} == added


def test_daily_dialysis_as_an_in_patient_is_acute_care(city):
    rows = [(f"L{n}", "M1", "P1", "H1", f"{day(n)} 09:00", HD, 1, 400) for n in range(7)]
    t = city(mdtrt_d=table("mdtrt_id begntime endtime", [("M1", "2024-03-01", "2024-03-08")]), fee_list_d=table(HEAD, rows))
    assert found(dialysis_over_frequency, t).is_empty()


def test_a_new_patient_begins_with_sessions_on_consecutive_days(city):
    old = sessions("2024-01-01 08:00", psn="P9")
    new = sessions(*(f"{day(n, '2024-03-04')} 08:00" for n in range(6)))
    assert found(dialysis_over_frequency, city(fee_list_d=table(HEAD, old + new))).is_empty()


def test_a_refunded_session_is_no_session(city):
    rows = sessions("2024-01-01 08:00", "2024-01-01 13:00")
    t = city(
        fee_list_d=table(
            f"{HEAD} init_feedetl_sn",
            [*((*row, None) for row in rows), ("R", "MP11", "P1", "H1", "2024-01-01 14:00", HD, -1, 400, "P11")],
        )
    )
    assert found(dialysis_over_frequency, t).is_empty()


def test_a_surcharge_on_the_same_minute_is_not_a_second_session(city):
    rows = [*sessions("2024-01-01 08:00"), ("S", "MP10", "P1", "H1", "2024-01-01 08:00", "003110000060001", 1, 30)]
    assert found(dialysis_over_frequency, city(fee_list_d=table(HEAD, rows))).is_empty()


def test_a_session_without_a_time_is_no_evidence(city):
    rows = [*sessions("2024-01-01 08:00"), ("N", "MP10", "P1", "H1", "-", HD, 1, 400)]
    assert found(dialysis_over_frequency, city(fee_list_d=table(HEAD, rows))).is_empty()


@pytest.mark.skipif(not REAL.is_file(), reason="the sessions of the real centre lie beside the repository, not in it")
def test_a_real_centre_gives_no_finding(city):
    with REAL.open(encoding="utf-8") as file:
        rows = [
            (f"R{n}", f"M{n}", row["patient"], "H1", f"{row['date']} {'07:00' if '7-11' in row['shift'] else '11:00'}", HD, 1, 400)
            for n, row in enumerate(csv.DictReader(file))
        ]
    assert len(rows) == 394
    assert found(dialysis_over_frequency, city(fee_list_d=table(HEAD, rows))).is_empty()
