"""More billed than ever bought: hospitals, pharmacies, implants."""

from __future__ import annotations

import pytest

from models.rules.conduct.drugs_billed_beyond_purchase import drugs_billed_beyond_purchase
from models.rules.conduct.implants_billed_beyond_purchase import implants_billed_beyond_purchase
from models.rules.conduct.pharmacy_sales_without_purchase import pharmacy_sales_without_purchase
from tests.rules.conduct.draw import table
from tests.rules.support import found

FEE = "bkkp_sn mdtrt_id fixmedins_code fee_ocur_time hilist_code cnt pric init_feedetl_sn"
BOOK = "invt_chg_id fixmedins_code hilist_code invt_chg_time invt_chg_type cnt"
SMALL = {"book_items_min": 3, "amount_fen_min": 1000}


def item(n: int, kind: str = "X") -> str:
    return f"{kind}A10BFA01{n}A001010102681"


def business(city, at: str, billed: dict[int, int], *, bought: int = 10, kind: str = "X", sold: bool = True, more=(), undo=()):
    """``at`` bought ``bought`` of six items and billed ``billed`` of each, at 100 yuan."""
    fees = [(f"L{n}", f"M{n}", at, "2024-03-10 09:00", item(n, kind), cnt, 100, None) for n, cnt in billed.items()]
    book = [(f"I{n}", at, item(n, kind), "2024-03-01", 1, bought) for n in range(6)]
    if sold:
        book += [(f"O{n}", at, item(n, kind), "2024-03-28", 3, cnt) for n, cnt in billed.items()]
    return city(fee_list_d=table(FEE, [*fees, *undo]), invt_chg_d=table(BOOK, [*book, *more]))


def test_a_hospital_that_bills_three_drugs_beyond_its_purchases_is_found(city):
    t = business(city, "H1", {0: 30, 1: 30, 2: 30, 3: 10, 4: 10, 5: 10})
    findings = found(drugs_billed_beyond_purchase, t, **SMALL)
    assert findings.select("fixmedins_code", "kind", "amount_at_issue", "fund_loss").row(0) == ("H1", "phantom_service", 6000.0, 4200.0)
    assert found(pharmacy_sales_without_purchase, t, **SMALL).is_empty()


def test_a_pharmacy_that_sells_what_it_never_bought_swaps_goods(city):
    t = business(city, "P1", {0: 30, 1: 30, 2: 30, 3: 10, 4: 10, 5: 10})
    assert found(pharmacy_sales_without_purchase, t, **SMALL).select("fixmedins_code", "kind").row(0) == ("P1", "item_swap")
    assert found(drugs_billed_beyond_purchase, t, **SMALL).is_empty()


def test_two_items_short_are_bookkeeping(city):
    t = business(city, "P1", {0: 30, 1: 30, 2: 10, 3: 10, 4: 10, 5: 10})
    assert found(pharmacy_sales_without_purchase, t, **SMALL).is_empty()


@pytest.mark.parametrize("billed", [10, 11])
def test_what_was_bought_may_be_sold_and_counting_errors_are_human(city, billed):
    t = business(city, "P1", dict.fromkeys(range(6), billed))
    assert found(pharmacy_sales_without_purchase, t, **SMALL).is_empty()


def test_an_opening_stock_counts(city):
    more = [(f"S{n}", "P1", item(n), "2024-03-01", 7, 20) for n in range(3)]
    t = business(city, "P1", {0: 30, 1: 30, 2: 30, 3: 10, 4: 10, 5: 10}, more=more)
    assert found(pharmacy_sales_without_purchase, t, **SMALL).is_empty()


def test_a_book_in_another_unit_proves_nothing(city):
    # packs in the book, tablets on the bill: the book's own sales are a tenth of what was billed
    more = [(f"O{n}", "P1", item(n), "2024-03-28", 3, 3) for n in range(6)]
    t = business(city, "P1", dict.fromkeys(range(6), 30), sold=False, more=more)
    assert found(pharmacy_sales_without_purchase, t, **SMALL).is_empty()


def test_a_book_that_knows_little_of_the_business_proves_nothing(city):
    other = [(f"N{n}", f"MN{n}", "P1", "2024-03-10 09:00", f"XB01AFL06{n}A001010102681", 20, 100, None) for n in range(6)]
    t = business(city, "P1", {0: 30, 1: 30, 2: 30, 3: 10, 4: 10, 5: 10}, undo=other)
    assert found(pharmacy_sales_without_purchase, t, **SMALL).is_empty()


def test_refunded_sales_need_no_stock(city):
    undo = [(f"R{n}", f"M{n}", "P1", "2024-03-11 09:00", item(n), -20, 100, f"L{n}") for n in range(3)]
    t = business(city, "P1", {0: 30, 1: 30, 2: 30, 3: 10, 4: 10, 5: 10}, undo=undo)
    assert found(pharmacy_sales_without_purchase, t, **SMALL).is_empty()


def test_months_before_the_book_was_opened_do_not_count(city):
    early = [(f"E{n}", f"ME{n}", "P1", "2023-12-10 09:00", item(n), 20, 100, None) for n in range(3)]
    t = business(city, "P1", dict.fromkeys(range(6), 10), undo=early)
    assert found(pharmacy_sales_without_purchase, t, **SMALL).is_empty()


@pytest.mark.parametrize(("billed", "hits"), [(14, 1), (13, 0), (10, 0)])
def test_one_implant_item_is_enough_when_a_third_of_its_stock_is_missing(city, billed, hits):
    t = business(city, "H1", {0: billed, 1: 10, 2: 10}, kind="C")
    assert found(implants_billed_beyond_purchase, t, book_items_min=3, item_fen_min=1000).height == hits


@pytest.mark.parametrize(("listed", "price", "hits"), [(27, 1, 1), (18, 1, 1), (18, 20, 0), (10, 1, 0)])
def test_a_book_convicts_when_it_lists_nearly_all_items_or_only_dear_ones_are_missing(city, listed, price, hits):
    # three drugs never bought, 30 packs at 1 yuan each; the book lists 2 packs of each other item
    known = [f"XB01AFL0{n:02}A001010102681" for n in range(listed)]
    fees = [(f"N{n}", f"MN{n}", "P1", "2024-03-10 09:00", code, 2, price, None) for n, code in enumerate(known)]
    fees += [(f"L{n}", f"M{n}", "P1", "2024-03-10 09:00", item(n), 30, 1, None) for n in range(3)]
    book = [(f"I{n}", "P1", code, "2024-03-01", 1, 10) for n, code in enumerate(known)]
    t = city(fee_list_d=table(FEE, fees), invt_chg_d=table(BOOK, book))
    assert found(pharmacy_sales_without_purchase, t, **SMALL).height == hits


@pytest.mark.parametrize(("months", "hits"), [((3, 4, 5), 1), ((3, 4), 0)])
def test_two_items_are_enough_when_their_shortage_grows_month_after_month(city, months, hits):
    fees = [(f"L{n}{m}", f"M{n}{m}", "P1", f"2024-0{m}-10 09:00", item(n), 20, 100, None) for n in range(2) for m in months]
    fees += [(f"N{n}", f"MN{n}", "P1", "2024-03-10 09:00", item(n), 10, 100, None) for n in range(2, 6)]
    book = [(f"I{n}", "P1", item(n), "2024-03-01", 1, 15) for n in range(6)] + [("O", "P1", item(5), "2024-06-01", 1, 5)]
    t = city(fee_list_d=table(FEE, fees), invt_chg_d=table(BOOK, book))
    assert found(pharmacy_sales_without_purchase, t, **SMALL).height == hits


@pytest.mark.parametrize(("others", "hits"), [(32, 1), (33, 0)])
def test_eight_cheap_items_short_are_a_habit_among_forty_and_lost_delivery_notes_among_more(city, others, hits):
    codes = [f"XB01AFL0{n:02}A001010102681" for n in range(8 + others)]
    fees = [(f"N{n}", f"MN{n}", "H1", "2024-03-10 09:00", code, 10, 10 if n < 8 else 1000, None) for n, code in enumerate(codes)]
    book = [(f"I{n}", "H1", code, "2024-03-01", 1, 5 if n < 8 else 10) for n, code in enumerate(codes)]
    t = city(fee_list_d=table(FEE, fees), invt_chg_d=table(BOOK, book))
    assert found(drugs_billed_beyond_purchase, t, **(SMALL | {"amount_fen_min": 100})).height == hits
