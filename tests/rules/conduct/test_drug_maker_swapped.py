"""One maker's product on the shelf, another's on the bill."""

from __future__ import annotations

import pytest

from models.rules.conduct.drug_maker_swapped import drug_maker_swapped
from models.rules.conduct.drugs_billed_beyond_purchase import drugs_billed_beyond_purchase
from tests.rules.conduct.draw import table
from tests.rules.support import found

FEE = "bkkp_sn mdtrt_id fixmedins_code fee_ocur_time hilist_code cnt pric init_feedetl_sn"
BOOK = "invt_chg_id fixmedins_code hilist_code invt_chg_time invt_chg_type cnt"


def hospital_with(city, drugs: int, *, held: str = "99999", form: str = "A0010101", at: str = "H1", swapped: int = 20, undone: int = 0):
    """Twenty drugs bought and billed of one maker; of the first ``drugs`` also bills of maker 02681, of which nothing was bought."""
    stock = [f"XA10BFA0{n:02}A0010101{held}" for n in range(20)]
    fees = [(f"L{n}", f"M{n}", at, "2024-03-10 09:00", code, 5, 10, None) for n, code in enumerate(stock)]
    fees += [(f"S{n}", f"M{n}", at, "2024-03-10 10:00", f"XA10BFA0{n:02}{form}02681", swapped, 100, None) for n in range(drugs)]
    fees += [(f"R{n}", f"M{n}", at, "2024-03-11 10:00", f"XA10BFA0{n:02}{form}02681", -swapped, 100, f"S{n}") for n in range(undone)]
    book = [(f"I{n}", at, code, "2024-03-01", 1, 40) for n, code in enumerate(stock)]
    return city(fee_list_d=table(FEE, fees), invt_chg_d=table(BOOK, book))


def test_drugs_billed_as_a_maker_never_bought_while_another_is_in_stock_are_swapped(city):
    t = hospital_with(city, 3)
    assert found(drug_maker_swapped, t).select("fixmedins_code", "kind", "amount_at_issue").row(0) == ("H1", "item_swap", 6000.0)
    assert found(drugs_billed_beyond_purchase, t, items_min=1, amount_fen_min=1).is_empty()


@pytest.mark.parametrize(
    ("why", "drawn"),
    [
        ("two drugs are wrong codes", {"drugs": 2}),
        ("another dosage form is not held: nothing to hand over instead", {"drugs": 3, "form": "B0020101"}),
        ("one pack each", {"drugs": 3, "swapped": 1}),
        ("refunded bills need no stock", {"drugs": 3, "undone": 1}),
        ("a pharmacy is heard under its own rule", {"drugs": 3, "at": "P1"}),
    ],
)
def test_what_is_no_swap_of_makers(city, why, drawn):
    assert found(drug_maker_swapped, hospital_with(city, **drawn)).is_empty(), why


@pytest.mark.parametrize(("months", "hits"), [((3, 4, 5), 1), ((3, 4), 0)])
def test_two_drugs_billed_month_after_month_are_no_slip(city, months, hits):
    stock = [f"XA10BFA0{n:02}A001010199999" for n in range(20)]
    fees = [(f"L{n}", f"M{n}", "H1", "2024-03-10 09:00", code, 5, 10, None) for n, code in enumerate(stock)]
    fees += [(f"S{n}{m}", f"M{n}{m}", "H1", f"2024-0{m}-12 10:00", f"XA10BFA0{n:02}A001010102681", 9, 100, None) for n in range(2) for m in months]
    book = [(f"I{n}", "H1", code, "2024-03-01", 1, 40) for n, code in enumerate(stock)] + [("O", "H1", stock[0], "2024-06-01", 1, 5)]
    assert found(drug_maker_swapped, city(fee_list_d=table(FEE, fees), invt_chg_d=table(BOOK, book))).height == hits
