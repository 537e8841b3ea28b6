"""A card used in two counties within minutes."""

from __future__ import annotations

import pytest

from models.rules.conduct.card_in_two_towns import card_in_two_towns
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code med_type fee_ocur_time hilist_code pric cnt init_feedetl_sn"
HOUSE = "fixmedins_code fixmedins_type fix_blng_admdvs"
TABLET = "XC08CAA168A001010102459"


def towns(city, persons: int = 5, *, at: str = "10:15", clinics: int = 5, there: str = "420102", pooled: int = 20, clock=True, undo=(), **more):
    """``persons`` are at clinics of county ``there`` at 10:00 and their cards at pharmacy PA in county 420101 at ``at``; 60 others buy alone."""

    def time(n: int, hour: str) -> str:
        return f"{day(n)} {hour}" if clock else day(n)

    fees = [(f"L{n}", f"M{n}", f"Q{n}", "PA", "41", time(n, at), TABLET, 40, 1, None) for n in range(persons)]
    fees += [(f"O{n}", f"N{n}", f"Q{n}", f"C{n % clinics}", "11", time(n, "10:00"), TABLET, 40, 1, None) for n in range(persons)]
    fees += [
        (f"K{h}{n}", f"V{h}{n}", f"R{h}{n}", h, "41", time(n % 30, "09:00"), TABLET, 40, 1, None)
        for h, size in (("PA", 60), ("PB", 600))
        for n in range(size)
    ]
    houses = [("PA", "2", "420101"), ("PB", "2", "420101"), *((f"C{n}", "1", there) for n in range(clinics))]
    settled = [(f"S{row[1]}", row[1], row[2], row[3], pooled) for row in fees]
    return city(
        fixmedins_b=table(HOUSE, houses),
        fee_list_d=table(FEE, [*fees, *undo]),
        setl_d=table("setl_id mdtrt_id psn_no fixmedins_code hifp_pay", settled),
        **more,
    )


def test_cards_at_a_shop_a_quarter_of_an_hour_after_a_clinic_in_another_county_are_found_a_visit_each(city):
    findings = found(card_in_two_towns, towns(city))
    assert lines_of(findings) == [["L0"], ["L1"], ["L2"], ["L3"], ["L4"]]
    assert findings.select("kind", "fixmedins_code", "amount_at_issue").row(0) == ("impersonation", "PA", 40.0)
    assert "相隔15分钟" in findings["evidence"][0]


@pytest.mark.parametrize(("persons", "hits"), [(4, 0), (5, 5)])
def test_five_persons_are_the_boundary(city, persons, hits):
    assert found(card_in_two_towns, towns(city, persons)).height == hits


@pytest.mark.parametrize(("at", "hits"), [("10:20", 5), ("10:21", 0), ("09:40", 5), ("09:39", 0)])
def test_twenty_minutes_are_the_boundary_whichever_comes_first(city, at, hits):
    assert found(card_in_two_towns, towns(city, at=at)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("the same county", {"there": "420101"}),
        ("the shop meets the patients of one hospital across the street", {"clinics": 1}),
        ("a relative buys from the family's personal account", {"pooled": 0}),
        ("no time of day was delivered", {"clock": False}),
    ],
)
def test_lawful_reasons_for_two_places(city, why, change):
    assert found(card_in_two_towns, towns(city, **change)).is_empty(), why


def test_a_holder_whose_face_the_shop_knew_was_there(city):
    seen = table("psn_no fixmedins_code begntime match_score", [("Q0", "PA", f"{day(0)} 10:15", 0.95)])
    assert found(card_in_two_towns, towns(city, scene_rcd_d=seen)).is_empty()


def test_a_purchase_taken_back_is_gone(city):
    undo = [("B0", "M0", "Q0", "PA", "41", f"{day(0)} 10:15", TABLET, 40, -1, "L0")]
    assert found(card_in_two_towns, towns(city, undo=undo)).is_empty()


def test_the_same_purchase_delivered_under_two_numbers_is_one_visit(city):
    again = [("L0b", "M0", "Q0", "PA", "41", f"{day(0)} 10:15", TABLET, 40, 1, None)]
    assert found(card_in_two_towns, towns(city, undo=again)).height == 5


def test_a_house_the_register_does_not_place_is_not_judged(city):
    t = towns(city, there="-")
    assert found(card_in_two_towns, t).is_empty()
