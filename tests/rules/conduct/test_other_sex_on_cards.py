"""Women's treatment on men's cards, at one house again and again."""

from __future__ import annotations

import pytest

from models.rules.conduct.other_sex_on_cards import other_sex_on_cards
from tests.rules.conduct.draw import day, table
from tests.rules.support import found

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name pric inscp_amt"
VISIT = "mdtrt_id psn_no fixmedins_code begntime endtime med_type dscg_maindiag_code"
SETTLED = "setl_id mdtrt_id hifp_pay"
DRUG, SERVICE, PLAIN = ("ZD03AAA0043010100166", "艾附暖宫丸"), ("002101030290000", "输精管造影"), ("001102000010000", "普通门诊诊查费")


def house(
    city, at: str, odd: int, items, *, sex: int = 1, dx: str | None = None, others: int = 100, paid: float = 10, pool: float = 7, crowd: int = 0
):
    """``odd`` persons of ``sex`` have ``items`` at the house, ``others`` women a plain fee there, and ``crowd`` the items at H9."""
    kind = 41 if at.startswith("P") else 11
    visits = [(f"M{n}", f"P{n}", at, day(n), day(n), kind, dx) for n in range(odd)]
    visits += [(f"N{n}", f"Q{n}", place, day(1), day(1), kind, None) for n, place in enumerate([at] * others + ["H9"] * 100)]
    visits += [(f"C{n}", f"C{n}", "H9", day(1), day(1), 11, dx) for n in range(crowd)]
    lines = [(f"L{n}-{k}", f"M{n}", f"P{n}", at, day(n), *item, 10, paid) for n in range(odd) for k, item in enumerate(items)]
    lines += [(f"N{n}", f"N{n}", f"Q{n}", at if n < others else "H9", day(1), *PLAIN, 10, 10) for n in range(others + 100)]
    lines += [(f"C{n}-{k}", f"C{n}", f"C{n}", "H9", day(1), *item, 10, paid) for n in range(crowd) for k, item in enumerate(items)]
    persons = [(f"P{n}", sex) for n in range(odd)] + [(f"C{n}", sex) for n in range(crowd)]
    return city(
        psn_info_b=table("psn_no gend", persons),
        mdtrt_d=table(VISIT, visits),
        fee_list_d=table(FEE, lines),
        setl_d=table(SETTLED, [(f"S{row[0]}", row[0], pool) for row in visits]),
    )


def test_six_men_with_womens_drugs_at_one_pharmacy_are_others_using_their_cards(city):
    findings = found(other_sex_on_cards, house(city, "P1", 6, [DRUG, PLAIN]))
    assert findings["kind"].unique().to_list() == ["impersonation"]
    # what else was bought may have been for the holder
    assert sorted(findings["bkkp_sns"].list.join(",").to_list()) == [f"L{n}-0" for n in range(6)]


def test_three_women_treated_as_men_are_enough_and_the_whole_visit_is_at_fault(city):
    findings = found(other_sex_on_cards, house(city, "H1", 3, [SERVICE, PLAIN], sex=2))
    assert sorted(findings["bkkp_sns"].list.join(",").to_list()) == [f"L{n}-0,L{n}-1" for n in range(3)]


def test_a_drug_together_with_a_disease_of_the_other_sex_is_as_sure_as_a_service(city):
    assert found(other_sex_on_cards, house(city, "H1", 3, [DRUG], dx="N76.000")).height == 3


def test_men_treated_for_womens_diseases_are_enough_without_a_limited_item(city):
    findings = found(other_sex_on_cards, house(city, "H1", 3, [PLAIN], dx="N76.000"))
    assert sorted(findings["bkkp_sns"].list.join(",").to_list()) == [f"L{n}-0" for n in range(3)]
    assert "N76.000" in findings["evidence"][0]


@pytest.mark.parametrize(
    ("why", "drawn"),
    [
        ("five single drugs are heard as a payment limit", {"at": "P1", "odd": 5, "items": [DRUG]}),
        ("two services are slips", {"at": "H1", "odd": 2, "items": [SERVICE], "sex": 2}),
        ("two diseases are slips of a code", {"at": "H1", "odd": 2, "items": [PLAIN], "dx": "N76.000"}),
        ("women may have women's diseases", {"at": "H1", "odd": 6, "items": [PLAIN], "sex": 2, "dx": "N76.000"}),
        ("women may have women's drugs", {"at": "P1", "odd": 6, "items": [DRUG], "sex": 2}),
        ("bought from the family's personal account", {"at": "P1", "odd": 6, "items": [DRUG], "pool": 0}),
        ("paid by the patient", {"at": "P1", "odd": 6, "items": [DRUG], "paid": 0}),
        ("as common elsewhere", {"at": "H1", "odd": 6, "items": [DRUG], "crowd": 6}),
    ],
)
def test_lawful_purchases_and_slips(city, why, drawn):
    assert found(other_sex_on_cards, house(city, **drawn)).is_empty(), why


def test_a_wrong_registered_sex_shows_at_other_houses_too_and_cards_used_again_at_one_house_are_no_such_doubt(city):
    def findings(second_house: str):
        places = {0: "H1", 1: second_house}
        visits = [(f"M{n}{k}", f"P{n}", places[k], day(n + k), day(n + k), 11, "N76.000") for n in range(3) for k in (0, 1)]
        visits += [(f"N{n}", f"Q{n}", "H9", day(1), day(1), 11, None) for n in range(100)]
        lines = [(f"L{n}{k}", f"M{n}{k}", f"P{n}", places[k], day(n + k), *DRUG, 10, 10) for n in range(3) for k in (0, 1)]
        lines += [(f"N{n}", f"N{n}", f"Q{n}", "H9", day(1), *PLAIN, 10, 10) for n in range(100)]
        settled = table(SETTLED, [(f"S{row[0]}", row[0], 7) for row in visits])
        persons = table("psn_no gend", [(f"P{n}", 1) for n in range(3)])
        return found(other_sex_on_cards, city(psn_info_b=persons, mdtrt_d=table(VISIT, visits), fee_list_d=table(FEE, lines), setl_d=settled))

    assert findings("H1").height == 6
    assert findings("H2").is_empty()
