"""The cheap drug was bought and given, the dear one is on the bill."""

from __future__ import annotations

import pytest

from models.rules.conduct.drug_swapped_for_dearer import drug_swapped_for_dearer
from models.rules.conduct.drugs_billed_beyond_purchase import drugs_billed_beyond_purchase
from tests.rules.conduct.draw import table
from tests.rules.support import found

FEE = "bkkp_sn mdtrt_id fixmedins_code fee_ocur_time hilist_code cnt pric init_feedetl_sn"
BOOK = "invt_chg_id fixmedins_code hilist_code invt_chg_time invt_chg_type cnt"
PAIRS = (("XJ01DDT028B001010102184", "XJ01DDT035B001010102147"), ("XA02BCA310B001010106365", "XA02BCA036B001010100001"))
OTHERS = [f"XB01AFL0{n:02}A001010102681" for n in range(20)]


def hospital(city, pairs=PAIRS, *, months=(1, 2, 3, 4), left: int = 100, cheap: int = 5, at: str = "H1", undo: bool = False, bought: int = 10):
    """Each month 30 packs of the dear drug are billed at 50 yuan, of which ``bought`` were bought in all; of the cheap one ``left`` lie there."""
    fees, book = [], []
    for n, code in enumerate(OTHERS):
        fees.append((f"N{n}", f"MN{n}", at, "2024-01-10", code, 10, 10, None))
        book.append((f"BN{n}", at, code, "2024-01-01", 1, 12))
    for n, (dear, other) in enumerate(pairs):
        book += [
            (f"BD{n}", at, dear, "2024-01-01", 1, bought),
            (f"BC{n}", at, other, "2024-01-01", 1, left + 5),
            (f"E{n}", at, other, "2024-12-30", 1, 1),
        ]
        fees.append((f"C{n}", f"MC{n}", at, "2024-01-10", other, 5, cheap, None))
        for m in months:
            fees.append((f"D{n}{m}", f"MD{n}{m}", at, f"2024-{m:02d}-10", dear, 30, 50, None))
            if undo:
                fees.append((f"R{n}{m}", f"MD{n}{m}", at, f"2024-{m:02d}-12", dear, -30, 50, f"D{n}{m}"))
    return city(fee_list_d=table(FEE, fees), invt_chg_d=table(BOOK, book))


def test_two_dear_drugs_billed_while_their_cheap_neighbours_lie_unbilled(city):
    t = hospital(city)
    findings = found(drug_swapped_for_dearer, t)
    # 4 months of 30 packs, less the 10 bought, at 50 yuan, of two drugs
    assert findings.select("fixmedins_code", "kind", "amount_at_issue").rows() == [("H1", "item_swap", 11000.0)]
    assert found(drugs_billed_beyond_purchase, t).is_empty()


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("one pair is a mistake of the store-room", {"pairs": PAIRS[:1]}),
        ("two months may be a lost delivery note", {"months": (1, 2)}),
        ("the cheap one was billed as well", {"left": 0}),
        ("too little of the cheap one lies there", {"left": 40}),
        ("what lies there is ordinary stock beside what was billed", {"left": 3}),
        ("the other one is no cheaper", {"cheap": 60}),
        ("all that was billed was bought", {"bought": 120}),
        ("a pharmacy is heard under its own rule", {"at": "P1"}),
        ("refunded bills need no stock", {"undo": True}),
    ],
)
def test_what_is_no_swap(city, why, change):
    assert found(drug_swapped_for_dearer, hospital(city, **change)).is_empty(), why


@pytest.mark.parametrize(("months", "hits"), [(range(1, 7), 1), (range(1, 6), 0)])
def test_without_a_cheaper_one_left_six_growing_months_of_two_drugs_were_never_given(city, months, hits):
    findings = found(drugs_billed_beyond_purchase, hospital(city, left=0, months=months), class_share_min=0.99)
    assert findings.height == hits
    assert findings["kind"].to_list() == ["phantom_service"] * hits
