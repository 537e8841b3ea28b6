"""A trace code is one box; it is sold once."""

from __future__ import annotations

import pytest

from models.rules.conduct.trace_code_sold_twice import trace_code_sold_twice
from tests.rules.conduct.draw import table
from tests.rules.support import found, lines_of

DRUG = "XC07ABM102A010010101111"
FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code med_type fee_ocur_time hilist_code cnt pric init_feedetl_sn"
TRACE = "bkkp_sn drug_trac_codg fixmedins_code hilist_code sel_retn_time sel_retn_type"


def sale(n: str, code: str, time: str, *, psn: str, at: str = "P1", kind: str = "41", cnt: object = 1, pric: object = 30, undo: str | None = None):
    """A fee line with its trace row."""
    fee = (n, f"M{n}", psn, at, kind, time, DRUG, cnt, pric, undo)
    return fee, (n, code, at, DRUG, time, 2 if undo else 1)


def shop(city, *sales):
    return city(fee_list_d=table(FEE, [fee for fee, _ in sales]), drug_trac_d=table(TRACE, [trace for _, trace in sales]))


def repeated(codes: int, **second):
    """``codes`` boxes sold at P2 in March and again at P1 in May."""
    second.setdefault("at", "P1")
    first = [sale(f"A{n}", f"810{n}", f"2024-03-0{n + 1} 10:00", psn=f"R{n}", at="P2") for n in range(codes)]
    return [*first, *(sale(f"B{n}", f"810{n}", f"2024-05-0{n + 1} 10:00", psn=f"S{n}", **second) for n in range(codes))]


def test_a_box_sold_again_elsewhere_puts_the_later_seller_at_fault(city):
    findings = found(trace_code_sold_twice, shop(city, *repeated(3)))
    assert lines_of(findings) == [["B0"], ["B1"], ["B2"]]
    assert findings["related_bkkp_sns"].to_list()[0] == ["A0"]
    assert findings["fixmedins_code"].unique().to_list() == ["P1"]
    assert findings.select("certainty", "amount_at_issue").row(0) == ("definite", 30.0)


@pytest.mark.parametrize(("codes", "certainty"), [(1, []), (2, ["suspected"]), (3, ["definite"])])
def test_single_codes_are_typing_errors_and_many_are_none(city, codes, certainty):
    assert found(trace_code_sold_twice, shop(city, *repeated(codes)))["certainty"].unique().to_list() == certainty


def test_a_box_brought_back_and_sold_again_is_lawful(city):
    sales = []
    for n in range(3):
        sales += [
            sale(f"A{n}", f"810{n}", "2024-03-01 10:00", psn=f"R{n}"),
            sale(f"B{n}", f"810{n}", "2024-03-05 10:00", psn=f"R{n}", cnt=-1, undo=f"A{n}"),
            sale(f"C{n}", f"810{n}", "2024-03-06 10:00", psn=f"S{n}"),
        ]
    assert found(trace_code_sold_twice, shop(city, *sales)).is_empty()


def test_a_refund_without_a_return_row_still_takes_the_sale_away(city):
    sales = repeated(3)
    undone = [sale(f"U{n}", "x", "2024-03-20 10:00", psn=f"R{n}", at="P2", cnt=-1, undo=f"A{n}") for n in range(3)]
    t = city(fee_list_d=table(FEE, [fee for fee, _ in (*sales, *undone)]), drug_trac_d=table(TRACE, [trace for _, trace in sales]))
    assert found(trace_code_sold_twice, t).is_empty()


@pytest.mark.parametrize(("why", "change"), [("half a pack", {"cnt": 0.5}), ("a part of the price", {"pric": 10})])
def test_split_packs_bear_one_code_for_several_buyers(city, why, change):
    ordinary = [sale(f"C{n}", f"990{n}", "2024-04-01 10:00", psn=f"T{n}") for n in range(4)]
    assert found(trace_code_sold_twice, shop(city, *repeated(3, **change), *ordinary)).is_empty(), why


def test_a_settlement_posted_again_for_the_same_person_is_bookkeeping(city):
    sales = []
    for n in range(3):
        sales += [sale(f"A{n}", f"810{n}", "2024-03-01 10:00", psn=f"R{n}"), sale(f"B{n}", f"810{n}", "2024-03-03 10:00", psn=f"R{n}")]
    assert found(trace_code_sold_twice, shop(city, *sales)).is_empty()


def test_unit_doses_on_one_ward_share_a_box(city):
    sales = [sale(f"W{n}", f"810{n // 2}", f"2024-03-0{n + 1} 10:00", psn=f"R{n}", at="H1", kind="21") for n in range(6)]
    assert found(trace_code_sold_twice, shop(city, *sales)).is_empty()
