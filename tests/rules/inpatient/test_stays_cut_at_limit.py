"""Long stays that all end after the same number of days, with the patient back at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.rules.inpatient.stays_cut_at_limit import stays_cut_at_limit
from tests.rules.support import found

FIRST = date(2024, 2, 1)


def chains(
    lengths: list[int],
    *,
    house: str = "H1",
    gap: int = 0,
    begin: date = FIRST,
    dx: tuple[str, str] = ("F20.900", "F20.900"),
    way: str = "1",
    one_person: bool = False,
    med_type: str = "21",
) -> str:
    """One person a length: a first stay of so many days, and after ``gap`` days a second of twelve."""
    rows = ""
    for n, length in enumerate(lengths):
        person = f"{house}P0" if one_person else f"{house}P{n}"
        start = begin + timedelta(100 * n if one_person else 0)
        end = start + timedelta(length)
        again = end + timedelta(gap)
        rows += f"{house}A{n} | {person} | {house} | {med_type} | {start} | {end} | {dx[0]} | {way}\n"
        rows += f"{house}B{n} | {person} | {house} | {med_type} | {again} | {again + timedelta(12)} | {dx[1]} | 1\n"
    return rows


def plain(house: str = "H1", count: int = 20) -> str:
    """Long stays of all lengths without a return."""
    return "".join(f"{house}C{n} | {house}Q{n} | {house} | 21 | {FIRST} | {FIRST + timedelta(15 + 4 * n)} | F20.900 | 1\n" for n in range(count))


def lake(city, *rows: str, lists: str = ""):
    visits = "mdtrt_id | psn_no | fixmedins_code | med_type | begntime | endtime | dscg_maindiag_code | dscg_way\n" + "".join(rows)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time\n" + "".join(
        f"L{n} | {row.split(' | ')[0]} | 001109000010000 | {row.split(' | ')[4]}\n" for n, row in enumerate("".join(rows).splitlines())
    )
    more = {"mdcs_fund_setl_list_d": lists} if lists else {}
    return city(mdtrt_d=visits, fee_list_d=fees, **more)


def test_patients_sent_home_after_sixty_days_each_and_back_the_same_day_are_found_once_a_return(city):
    findings = found(stays_cut_at_limit, lake(city, chains([60, 60, 61, 60]), plain()))
    assert sorted(findings["mdtrt_id"]) == ["H1B0", "H1B1", "H1B2", "H1B3"]
    assert findings["amount_at_issue"].to_list() == [10.0] * 4


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("who is ill again after two days relapsed", {"gap": 2}),
        ("another disease", {"dx": ("F20.900", "J18.900")}),
        ("he left against advice", {"way": "4"}),
        ("he was sent on", {"way": "2"}),
        ("accounts are closed at the turn of the year", {"begin": date(2024, 11, 1)}),
        ("courses of chemotherapy", {"dx": ("Z51.100", "Z51.100")}),
        ("one person", {"one_person": True}),
        ("maternity", {"med_type": "52"}),
    ],
)
def test_what_ends_for_a_reason_is_no_cut(city, why, change):
    assert found(stays_cut_at_limit, lake(city, chains([60, 60, 60], **change), plain())).is_empty(), why


def test_stays_that_end_after_unlike_lengths_are_relapses(city):
    assert found(stays_cut_at_limit, lake(city, chains([40, 50, 60, 70]), plain())).is_empty()
    assert found(stays_cut_at_limit, lake(city, chains([13, 13, 13]), plain())).is_empty(), "shorter than any limit of long stays"


def test_two_persons_are_the_nearest_miss(city):
    assert found(stays_cut_at_limit, lake(city, chains([60, 60]), plain())).is_empty()
    assert found(stays_cut_at_limit, lake(city, chains([60, 60, 60]), plain())).height == 3


def test_a_length_at_which_long_stays_end_anyway_is_no_limit(city):
    usual = "".join(f"H2C{n} | H2Q{n} | H2 | 21 | {FIRST} | {FIRST + timedelta(60 if n < 6 else 20 + 3 * n)} | F20.900 | 1\n" for n in range(12))
    assert found(stays_cut_at_limit, lake(city, chains([60, 60, 60]), usual)).is_empty()


def test_stays_paid_by_the_day_are_judged_and_announced_returns_are_not(city):
    head = "setl_id | mdtrt_id | psn_no | fixmedins_code | hi_paymtd | rinp_pup | dscg_31days_rinp_flag\n"
    by_day = head + "".join(f"SH1{k}{n} | H1{k}{n} | H1P{n} | H1 | 5 | - | -\n" for n in range(3) for k in "AB")
    assert found(stays_cut_at_limit, lake(city, chains([60, 60, 60]), plain(), lists=by_day)).height == 3
    announced = by_day.replace(" | 5 | - | -", " | 5 | 按计划继续治疗 | 1")
    assert found(stays_cut_at_limit, lake(city, chains([60, 60, 60]), plain(), lists=announced)).is_empty()


def test_the_fund_lost_the_second_payment_where_it_pays_the_case_and_nothing_where_it_pays_the_days(city):
    head = "setl_id | mdtrt_id | psn_no | fixmedins_code | hi_paymtd\n"
    rows = "".join(f"SH1{k}{n} | H1{k}{n} | H1P{n} | H1 | {{}}\n" for n in range(3) for k in "AB")
    by_day, by_case = (found(stays_cut_at_limit, lake(city, chains([60, 60, 60]), plain(), lists=head + rows.format(*[way] * 6))) for way in "53")
    assert set(by_day["fund_loss"]) == {0.0}
    assert (by_case["fund_loss"] > 0).all()
    assert by_day["amount_at_issue"].to_list() == by_case["amount_at_issue"].to_list()


LENGTHS = [28, 35, 45, 60, 90]


@pytest.mark.parametrize(
    ("why", "lengths", "others", "returns", "hits"),
    [
        ("five persons cut after as many lengths", LENGTHS, 30, [], 5),
        ("four are too few", LENGTHS[:4], 30, [], 0),
        ("too few long stays elsewhere", LENGTHS, 29, [], 0),
        ("the other house has as many", LENGTHS, 30, [28, 35, 45, 60, 90], 0),
    ],
)
def test_where_limits_differ_the_habit_of_one_house_tells(city, why, lengths, others, returns, hits):
    t = lake(city, chains(lengths), plain(count=15), chains(returns, house="H2"), plain("H2", others))
    assert found(stays_cut_at_limit, t).filter(fixmedins_code="H1").height == hits, why
