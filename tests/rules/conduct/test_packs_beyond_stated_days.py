"""Drugs by the dozen under a harmless number of days."""

from __future__ import annotations

import pytest

from models.rules.conduct.packs_beyond_stated_days import packs_beyond_stated_days
from tests.rules.support import found, lines_of

DRUG = "XA10BKD107A001010102755"
HEAD = "bkkp_sn | mdtrt_id | psn_no | fixmedins_code | fee_ocur_time | hilist_code | cnt | prd_days | init_feedetl_sn\n"


def usual(lines: int = 20) -> str:
    """Lawful sales elsewhere: two packs for 28 days."""
    return "".join(f"U{n} | MU{n} | PU{n} | H9 | 2024-02-01 | {DRUG} | 2 | 28 | \n" for n in range(lines))


def sales(packs: int, *, days: int | str = 28, visits: int = 3, more: str = "") -> str:
    return "".join(f"L{n} | M{n} | P{n} | H1 | 2024-03-{n + 1:02d} | {DRUG} | {packs} | {days} | \n" for n in range(visits)) + more


def test_twelve_packs_stated_as_four_weeks_are_found_at_the_third_visit(city):
    assert lines_of(found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual() + sales(12)))) == [["L0"], ["L1"], ["L2"]]
    assert found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual() + sales(12, visits=2))).is_empty()


def test_a_double_dose_is_lawful_and_so_are_packs_for_the_days_they_last(city):
    assert found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual() + sales(7))).is_empty()
    assert found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual() + sales(12, days=84))).is_empty()


def test_a_product_hardly_sold_elsewhere_has_no_usual_quantity(city):
    assert found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual(12) + sales(12))).is_empty()


def test_packs_taken_back_were_not_sold(city):
    back = f"R0 | M0 | P0 | H1 | 2024-03-05 | {DRUG} | -12 | 28 | L0\n"
    assert found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual() + sales(12, more=back))).is_empty()


def test_two_lines_of_one_visit_are_one_visit(city):
    again = f"L9 | M0 | P0 | H1 | 2024-03-01 | {DRUG} | 12 | 28 | \n"
    assert found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual() + sales(12, visits=2, more=again))).is_empty()


def test_lines_without_days_are_not_judged(city):
    assert found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual() + sales(12, days="-"))).is_empty()


@pytest.mark.parametrize(("visits", "packs", "hits"), [(8, 5, 8), (7, 5, 0), (8, 4, 0)])
def test_five_packs_for_what_two_last_are_a_house_s_habit_from_the_eighth_visit(city, visits, packs, hits):
    assert found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual(60) + sales(packs, visits=visits))).height == hits


def test_strong_doses_that_the_whole_city_takes_are_no_habit_of_one_house(city):
    everywhere = "".join(f"E{n} | ME{n} | PE{n} | H{n % 6 + 2} | 2024-03-01 | {DRUG} | 5 | 28 | \n" for n in range(24))
    assert found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual(60) + sales(5, visits=8) + everywhere)).is_empty()


def test_a_large_house_with_a_few_strong_doses_is_lawful(city):
    plain = "".join(f"N{n} | MN{n} | PN{n} | H1 | 2024-04-01 | {DRUG} | 2 | 28 | \n" for n in range(1000))
    assert found(packs_beyond_stated_days, city(fee_list_d=HEAD + usual(60) + sales(5, visits=8) + plain)).is_empty()
