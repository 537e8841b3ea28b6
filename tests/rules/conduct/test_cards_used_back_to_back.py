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
