"""One-to-one sessions of one therapist that lie on top of each other."""

from __future__ import annotations

import pytest

from models.rules.conduct.sessions_minutes_apart import sessions_minutes_apart
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

STAY = "mdtrt_id psn_no fixmedins_code med_type begntime endtime"
FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name cnt bilg_dr_code med_type init_feedetl_sn"
TALK, HABIT = ("003115030220000", "心理治疗"), ("003115030280000", "行为矫正治疗")


def wards(
    city, *, days: int = 20, second: str = "10:05", first: str = "10:00", item=HABIT, doctor: str | None = "D1", elsewhere=2, kind="21", extra=()
):
    """Two patients of D1 at H1 with a psychotherapy at ``first`` and another session (``item``) at ``second``, in turn day by day; ten patients of
    each of six other physicians with ``elsewhere`` sessions each, an hour apart."""
    rows = []
    for d in range(days):
        m = f"M{d % 2}"
        rows += [
            (f"A{d:02}", m, f"P{m}", "H1", f"{day(d)} {first}", *TALK, 1, doctor, kind, None),
            (f"B{d:02}", m, f"P{m}", "H1", f"{day(d)} {second}", *item, 1, doctor, kind, None),
        ]
    rows += [
        (f"E{n}-{k}-{s}", f"N{n}-{k}", f"Q{n}-{k}", "H2" if n % 2 else "H3", f"{day(s)} {8 + k}:10", *TALK, 1, f"E{n}", "21", None)
        for n in range(6)
        for k in range(10)
        for s in range(elsewhere)
    ]
    patients = [(f"M{n}", f"PM{n}", "H1") for n in range(2)] + [
        (f"N{n}-{k}", f"Q{n}-{k}", "H2" if n % 2 else "H3") for n in range(6) for k in range(10)
    ]
    stays = [(*who, kind if who[2] == "H1" else "21", f"{day(0)} 08:00", f"{day(25)} 10:00") for who in patients]
    return city(mdtrt_d=table(STAY, stays), fee_list_d=table(FEE, [*rows, *extra]))


def crowd():
    """Sessions of eight more patients of D1 every day, all well apart."""
    return [(f"C{d:02}-{k}", f"K{k}", f"PK{k}", "H1", f"{day(d)} {11 + k}:10", *TALK, 1, "D1", "21", None) for d in range(20) for k in range(8)]


def test_both_sessions_are_in_question_visit_by_visit(city):
    findings = found(sessions_minutes_apart, wards(city))
    assert sorted(map(len, lines_of(findings))) == [20, 20]
    assert lines_of(findings)[0] == sorted(f"{x}{d:02}" for d in range(0, 20, 2) for x in "AB")
    assert findings.select("kind", "certainty").unique().rows() == [("phantom_service", "suspected")]


def test_a_session_with_time_around_it_stands_beside_the_others(city):
    apart = [("C", "M0", "PM0", "H1", f"{day(0)} 15:00", "003115030230000", "松弛治疗", 1, "D1", "21", None)]
    findings = found(sessions_minutes_apart, wards(city, extra=apart))
    assert findings.filter(findings["mdtrt_id"] == "M0")["related_bkkp_sns"].to_list() == [["C"]]


@pytest.mark.parametrize(("days", "hits"), [(1, 2), (2, 3)])
def test_who_came_in_between_is_not_named(city, days, hits):
    """A third patient at seven and twelve past ten: two sessions are in between, four are not."""
    between = [
        (f"C{d}{n}", "M9", "PM9", "H1", f"{day(d)} 10:{n:02}", *item, 1, "D1", "21", None)
        for d in range(days)
        for n, item in ((7, TALK), (12, HABIT))
    ]
    findings = found(sessions_minutes_apart, wards(city, extra=between))
    assert findings.height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("nineteen are slips of the clock", {"days": 19}),
        ("twenty minutes later the first may be over", {"second": "10:20"}),
        ("what is posted at one moment is bookkeeping", {"second": "10:00"}),
        ("midnight stamps are a day's charge", {"first": "00:00"}),
        ("a group is treated together", {"item": (HABIT[0], "集体行为矫正治疗")}),
        ("nursing goes on beside it", {"item": ("001201000140100", "护理")}),
        ("others' patients have as many sessions", {"elsewhere": 20}),
        ("ten sessions of a working day follow each other by chance", {"extra": crowd()}),
        ("nobody says who treated", {"doctor": None}),
        ("outpatients pay at the counter", {"kind": "11"}),
        ("a session taken back", {"extra": [("U", "M0", "PM0", "H1", f"{day(0)} 16:00", *HABIT, -1, "D1", "21", "B00")]}),
    ],
)
def test_lawful_sessions(city, why, change):
    assert found(sessions_minutes_apart, wards(city, **change)).is_empty(), why


def test_two_therapists_who_share_the_work_do_not_overlap(city):
    rows = [
        (f"{x}{d:02}", "M0", "P0", "H1", f"{day(d)} 10:0{n}", *item, 1, f"D{n}", "21", None)
        for d in range(20)
        for n, (x, item) in enumerate((("A", TALK), ("B", HABIT)))
    ]
    assert found(sessions_minutes_apart, city(fee_list_d=table(FEE, rows))).is_empty()


def test_several_lines_of_one_session_are_one(city):
    again = [(f"C{d:02}", "M0", "P0", "H1", f"{day(d)} 10:0{n}", *TALK, 1, "D1", "21", None) for d in range(25) for n in (1,)]
    rows = [(f"A{d:02}", "M0", "P0", "H1", f"{day(d)} 10:00", *TALK, 1, "D1", "21", None) for d in range(25)]
    assert found(sessions_minutes_apart, city(fee_list_d=table(FEE, [*rows, *again]))).is_empty()
