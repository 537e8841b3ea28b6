"""Drugs on the cards of persons who lie in a hospital of another city."""

from __future__ import annotations

import pytest

from models.rules.conduct.cards_used_while_hospitalised_away import cards_used_while_hospitalised_away
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

AWAY = "setl_id psn_no fixmedins_code med_type begndate enddate"
FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code med_type fee_ocur_time hilist_code pric cnt init_feedetl_sn"
TABLET = "XC08CAA168A001010102459"


def shop(
    city,
    persons: int = 4,
    *,
    at: int = 4,
    item: str = TABLET,
    away: str = "21",
    shops: tuple[str, ...] = ("PA",),
    pooled: int = 20,
    twice: bool = False,
    undo=(),
    **more,
):
    """``persons`` lie away from day 0 to day 9 and their cards buy on day ``at`` at the ``shops`` in turn; each shop sells to 60 others.

    The pooled fund pays ``pooled`` of each purchase.
    """
    stays = [(f"X{n}{part}", f"Q{n}", "H99", away, day(0), day(9)) for n in range(persons) for part in range(1 + twice)]
    fees = [(f"L{n}", f"M{n}", f"Q{n}", shops[n % len(shops)], "41", f"{day(at)} 10:00", item, 40, 1, None) for n in range(persons)]
    for place in sorted({*shops, "PB", "PC"}):
        fees += [(f"K{place}{n}", f"V{place}{n}", f"R{place}{n}", place, "41", f"{day(n % 30)} 10:00", TABLET, 40, 1, None) for n in range(60)]
    settled = [(f"S{row[1]}", row[1], row[2], row[3], pooled) for row in fees]
    return city(
        outmed_setl_d=table(AWAY, stays),
        fee_list_d=table(FEE, [*fees, *undo]),
        setl_d=table("setl_id mdtrt_id psn_no fixmedins_code hifp_pay", settled),
        **more,
    )


def test_four_cards_used_at_one_shop_while_their_holders_lie_away_are_found_a_visit_each(city):
    findings = found(cards_used_while_hospitalised_away, shop(city))
    assert lines_of(findings) == [["L0"], ["L1"], ["L2"], ["L3"]]
    assert findings.select("kind", "fixmedins_code", "amount_at_issue").row(0) == ("impersonation", "PA", 40.0)


@pytest.mark.parametrize(("persons", "hits"), [(2, 0), (3, 3)])
def test_three_persons_are_the_boundary(city, persons, hits):
    assert found(cards_used_while_hospitalised_away, shop(city, persons)).height == hits


@pytest.mark.parametrize(("at", "hits"), [(0, 0), (1, 4), (8, 4), (9, 0)])
def test_days_of_travel_are_left_out(city, at, hits):
    assert found(cards_used_while_hospitalised_away, shop(city, at=at)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("relatives go to the shop round the corner", {"shops": ("PA", "PB", "PC", "PD")}),
        ("it was no stay", {"away": "11"}),
        ("an infusion is judged elsewhere", {"item": "001204000060000"}),
    ],
)
def test_lawful_reasons_for_a_purchase_during_a_stay_away(city, why, change):
    assert found(cards_used_while_hospitalised_away, shop(city, **change)).is_empty(), why


def test_whom_a_face_terminal_knew_was_there(city):
    faces = "rcd_id psn_no fixmedins_code scene_type begntime endtime match_score"
    rows = [(f"F{n}", f"Q{n}", "PA", "3", f"{day(4)} 10:00", f"{day(4)} 10:01", 0.95) for n in range(4)]
    assert found(cards_used_while_hospitalised_away, shop(city, scene_rcd_d=table(faces, rows))).is_empty()


def test_the_familys_personal_account_is_for_the_family(city):
    assert found(cards_used_while_hospitalised_away, shop(city, pooled=0)).is_empty()


def test_refunded_purchases_are_gone_and_two_settlements_of_one_stay_find_a_visit_once(city):
    undo = [(f"R{n}", f"M{n}", f"Q{n}", "PA", "41", f"{day(5)} 10:00", TABLET, 40, -1, f"L{n}") for n in range(4)]
    assert found(cards_used_while_hospitalised_away, shop(city, undo=undo)).is_empty()
    assert found(cards_used_while_hospitalised_away, shop(city, twice=True)).height == 4
