"""The same cards, one after the other, day after day."""

from __future__ import annotations

import pytest

from models.rules.conduct.cards_used_back_to_back import cards_used_back_to_back
from tests.rules.conduct.draw import HD, day, table
from tests.rules.support import found, lines_of

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric"
VISIT = "mdtrt_id psn_no fixmedins_code med_type begntime endtime"
DRUG = "XC07ABM102A010010101111"


def till(
    city, *, cards=("C1", "C2", "C3"), days: int = 4, apart: int = 3, code: str = DRUG, homes: dict[str, str] | None = None, stranger: bool = False
):
    """``cards`` buy at P1 in the same order, ``apart`` minutes after each other, on ``days`` days a week apart."""
    rows, visits = [], []
    for d in range(days):
        order = list(cards)
        if stranger:
            order = [who for pair in zip(cards, (f"X{d}{n}" for n in range(len(cards))), strict=True) for who in pair]
        for n, who in enumerate(order):
            time = f"{day(7 * d)} 1{n * apart // 60}:{n * apart % 60:02d}"
            visits.append((f"M{who}{d}", who, "P1", 41, time, time))
            rows.append((f"{who}-{d}", f"M{who}{d}", who, "P1", time, code, 80))
    people = table("psn_no gend brdy live_addr", [(who, 1, "1960-01-01", (homes or {}).get(who, f"村{who}")) for who in cards])
    return city(mdtrt_d=table(VISIT, visits), fee_list_d=table(FEE, rows), psn_info_b=people)


def test_three_cards_in_one_hand_are_found_a_finding_a_card(city):
    findings = found(cards_used_back_to_back, till(city))
    assert lines_of(findings) == [[f"{who}-{d}" for d in range(4)] for who in ("C1", "C2", "C3")]
    assert findings["amount_at_issue"].to_list() == [320.0] * 3


@pytest.mark.parametrize(("days", "hits"), [(2, 0), (3, 3)])
def test_neighbours_meet_by_chance_twice(city, days, hits):
    assert found(cards_used_back_to_back, till(city, days=days)).height == hits


@pytest.mark.parametrize(("apart", "hits"), [(10, 3), (11, 0)])
def test_ten_minutes_are_the_boundary(city, apart, hits):
    assert found(cards_used_back_to_back, till(city, apart=apart)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("a household's drugs are fetched together", {"homes": {"C1": "东村1号", "C2": "东村1号", "C3": "东村1号"}}),
        ("two may be friends", {"cards": ("C1", "C2")}),
        ("patients treated in shifts come together", {"code": HD}),
        ("somebody else stood between them", {"stranger": True}),
    ],
)
def test_lawful_reasons_for_coming_together(city, why, change):
    assert found(cards_used_back_to_back, till(city, **change)).is_empty(), why


FIVE = tuple(f"C{n}" for n in range(5))


@pytest.mark.parametrize(
    ("why", "change", "hits"),
    [
        ("five cards always in one order, others between and half an hour from first to last", {}, 5),
        ("four may be chance", {"cards": FIVE[:4]}, 0),
        ("an hour between the first and the next", {"apart": 61}, 0),
        ("neighbours meet by chance twice", {"days": 2}, 0),
    ],
)
def test_the_order_of_a_drawer(city, why, change, hits):
    drawn = {"cards": FIVE, "apart": 5, "days": 3, "stranger": True} | change
    assert found(cards_used_back_to_back, till(city, **drawn)).height == hits, why


def visits_of(city, orders: list[list[str]], *, apart: int = 5, lasts: int = 5):
    """On each day a week apart the cards of that day's order buy drugs for ``lasts`` days at P1, ``apart`` minutes after each other."""
    rows, visits = [], []
    for d, order in enumerate(orders):
        for n, who in enumerate(order):
            time = f"{day(7 * d)} {10 + n * apart // 60}:{n * apart % 60:02d}"
            visits.append((f"M{who}{d}", who, "P1", 41, time, time))
            rows.append((f"{who}-{d}", f"M{who}{d}", who, "P1", time, DRUG, 80, lasts))
    return city(mdtrt_d=table(VISIT, visits), fee_list_d=table(f"{FEE} prd_days", rows))


SHUFFLED = [["C0", "C1", "C2", "C3", "C4", "C5"], ["C3", "C5", "C1", "C0", "C4", "C2"], ["C2", "C4", "C0", "C5", "C3", "C1"]]


def test_the_same_six_in_any_order_keep_each_others_company(city):
    assert found(cards_used_back_to_back, visits_of(city, SHUFFLED, apart=2)).height == 6


def test_who_is_supplied_for_weeks_may_come_on_the_day_of_the_round(city):
    assert found(cards_used_back_to_back, visits_of(city, SHUFFLED, apart=2, lasts=28)).is_empty()


def test_an_epidemic_brings_the_same_people_together_once(city):
    strangers = [[f"D{d}{n}" for n in range(6)] for d in range(3)]
    assert found(cards_used_back_to_back, visits_of(city, [SHUFFLED[0], *strangers], apart=2)).is_empty()


def test_a_card_that_came_on_half_the_rounds_only_lies_in_the_drawer_too(city):
    orders = [[*FIVE, "LATE"], list(FIVE), [*FIVE, "LATE"]]
    assert "LATE" in found(cards_used_back_to_back, visits_of(city, orders))["psn_no"].to_list()
    customer = [*orders, ["LATE"], ["LATE"], ["LATE"]]
    assert "LATE" not in found(cards_used_back_to_back, visits_of(city, customer))["psn_no"].to_list()
