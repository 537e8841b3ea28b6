"""Strangers' cards that buy together what none of them needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from features.tables import Tables
from models.rules.network.drug_circuit import drug_circuit
from tests.rules.network.support import facts_of
from tests.rules.support import found

City = Callable[..., Tables]
FIRST, SECOND, STENT = "XC10AAA001A001010100001", "XB01ACA002A001010100001", "XB01ACA003A001010100001"
RING = ["A", "B", "C", "D"]
ROUNDS = [date(2024, 1, 8) + timedelta(days=11 * n) for n in range(10)]


def purchases(
    *trips: tuple[date, str, list[str]], days: int = 28, drugs: tuple[str, ...] = (FIRST, SECOND), doors: dict[str, str] | None = None
) -> dict[str, str]:
    """(day, pharmacy, cards), each card with ``days`` of both drugs; and a crowd that buys a week's supply at its own times."""
    visits, lines = [], []

    def buy(card: str, house: str, day: date, supply: int) -> None:
        mdtrt = f"M{len(visits)}"
        visits.append(f"{mdtrt} | {card} | {house} | 41 | {day} 10:00 | {day} 10:10")
        for drug in drugs:
            lines.append(f"L{len(lines)} | {mdtrt} | {day} 10:05 | {drug} | {supply} | 100")

    for day, house, cards in trips:
        for card in cards:
            buy(card, house, day, days)
    for number in range(200):
        buy(f"S{number % 50}", ("P1", "P2")[number % 2], date(2024, 1, 1) + timedelta(days=(number * 37) % 120), 7)
    cards = sorted({card for _, _, those in trips for card in those})
    homes = doors or {}
    return {
        "mdtrt_d": "mdtrt_id | psn_no | fixmedins_code | med_type | begntime | endtime\n" + "\n".join(visits),
        "fee_list_d": "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | prd_days | pric\n" + "\n".join(lines),
        "psn_info_b": "psn_no | live_addr\n" + "\n".join(f"{card} | {homes.get(card, 'home of ' + card)}" for card in cards),
    }


def judged(city: City, life: dict[str, str]) -> pl.DataFrame:
    t = city(**life)
    return found(drug_circuit, t, facts=facts_of(t))


def together(cards: list[str] = RING) -> list[tuple[date, str, list[str]]]:
    return [(day, house, cards) for day in ROUNDS for house in ("P1", "P2")]


def test_four_cards_that_go_round_two_shops_with_drugs_in_hand_are_a_circuit(city: City) -> None:
    hits = judged(city, purchases(*together()))
    assert sorted(set(hits["psn_no"])) == RING
    assert sorted(set(hits["fixmedins_code"])) == ["P1", "P2"]
    assert hits.height == 8, "one a person and shop"
    assert "与3名不同住址的参保人结伴购药：4人在2家机构" in hits["evidence"][0]
    assert hits["amount_at_issue"].min() > 0


def test_the_first_rounds_are_not_at_issue_while_nothing_is_in_hand(city: City) -> None:
    t = city(**purchases(*together()))
    first = t.lines.filter((pl.col("date") == ROUNDS[0]) & pl.col("psn_no").is_in(RING)).collect()["bkkp_sn"].to_list()
    hits = found(drug_circuit, t, facts=facts_of(t))
    assert first
    assert not set(first) & set(hits["bkkp_sns"].explode())


def test_refills_in_step_are_no_surplus(city: City) -> None:
    monthly = [(date(2024, 1, 8) + timedelta(days=28 * n), "P1", RING) for n in range(4)]
    assert judged(city, purchases(*monthly)).is_empty()


def test_three_cards_are_one_too_few(city: City) -> None:
    assert judged(city, purchases(*together(RING[:3]))).is_empty()


def test_a_household_fetches_for_each_other(city: City) -> None:
    assert judged(city, purchases(*together(), doors=dict.fromkeys(RING, "one door"))).is_empty()


def test_hoarders_who_come_on_days_of_their_own_are_no_circuit(city: City) -> None:
    apart = [(day + timedelta(days=n), house, [card]) for n, card in enumerate(RING) for day in ROUNDS for house in ("P1", "P2")]
    assert judged(city, purchases(*apart)).is_empty()


def test_one_drug_is_a_changed_dose(city: City) -> None:
    assert judged(city, purchases(*together(), drugs=(FIRST,))).is_empty()


def test_a_villages_one_clinic_day_ties_nobody(city: City) -> None:
    # the shop opens on ten days only: everybody meets everybody
    crowd = [(day, house, [f"V{n}"]) for n in range(40) for day in ROUNDS for house in ("P1", "P2")]
    life = purchases(*together(), *crowd)
    # the crowd's supply lasts, the four hoard
    lines = [
        line.replace("| 28 |", "| 5 |") if " M" in line and int(line.split("M")[1].split(" ")[0]) >= 80 else line
        for line in life["fee_list_d"].split("\n")
    ]
    assert judged(city, {**life, "fee_list_d": "\n".join(lines)}).is_empty()


def test_injections_given_on_the_spot_are_no_supply(city: City) -> None:
    assert judged(city, purchases(*together(), drugs=("XC10AAA001B001010100001", "XB01ACA002B001010100001"))).is_empty()


def test_a_refunded_purchase_is_no_evidence(city: City) -> None:
    life = purchases(*together())
    rows = life["fee_list_d"].split("\n")
    mine = [row for row in rows[1:] if int(row.split(" | ")[1][1:]) < 80]
    back = [
        f"R{n} | {row.split(' | ')[1]} | {row.split(' | ')[2]} | {row.split(' | ')[3]} | 28 | 100 | -1 | {row.split(' | ')[0]}"
        for n, row in enumerate(mine)
    ]
    head = rows[0] + " | cnt | init_feedetl_sn"
    assert judged(city, {**life, "fee_list_d": "\n".join([head, *[row + " | 1 | " for row in rows[1:]], *back])}).is_empty()
