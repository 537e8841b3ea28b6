"""Paper receipts are reimbursed once."""

from __future__ import annotations

import pytest

from models.rules.conduct.false_receipts import false_receipts
from tests.rules.conduct.draw import table
from tests.rules.support import found

SETTLED = "setl_id mdtrt_id psn_no fixmedins_code setl_type setl_time invono refd_setl_flag init_setl_id medfee_sumamt inscp_amt fund_pay_sumamt"
FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric setl_id"


def claims(city, *rows):
    """Settlements (visit, person, house, day, invoice, yuan, by hand), each with one line."""
    settled, fees = [], []
    for n, (visit, psn, at, date, invoice, yuan, by_hand) in enumerate(rows):
        settled.append((f"S{n}", visit, psn, at, by_hand, f"{date} 10:00", invoice, 0, None, yuan, yuan, yuan * 0.7))
        fees.append((f"L{n}", visit, psn, at, date, "002103000010000", yuan, f"S{n}"))
    return city(setl_d=table(SETTLED, settled), fee_list_d=table(FEE, fees))


FIRST = ("M1", "P1", "H1", "2024-03-01", "0020916437", 900, 1)


def test_one_invoice_for_two_claims_is_definite_when_the_amounts_agree(city):
    findings = found(false_receipts, claims(city, FIRST, ("M2", "P2", "H1", "2024-06-01", "0020916437", 900, 1)))
    assert findings.select("psn_no", "certainty", "amount_at_issue", "fund_loss").rows() == [("P2", "definite", 900.0, 630.0)]


def test_one_invoice_with_another_amount_is_suspected(city):
    findings = found(false_receipts, claims(city, FIRST, ("M2", "P2", "H1", "2024-06-01", "0020916437", 800, 1)))
    assert findings["certainty"].to_list() == ["suspected"]


@pytest.mark.parametrize(
    ("why", "second"),
    [
        ("the same number of another house", ("M2", "P2", "H2", "2024-06-01", "0020916437", 900, 1)),
        ("parts of one visit", ("M1", "P1", "H1", "2024-06-01", "0020916437", 900, 1)),
        ("settled at the counter", ("M2", "P2", "H1", "2024-06-01", "0020916437", 900, 2)),
        ("another number", ("M2", "P2", "H1", "2024-06-01", "0020916438", 900, 1)),
        ("no number", ("M2", "P2", "H1", "2024-06-01", "-", 900, 1)),
    ],
)
def test_lawful_second_claims(city, why, second):
    assert found(false_receipts, claims(city, FIRST, second)).is_empty(), why


def test_counter_serials_prove_nothing(city):
    rows = [(f"M{n}", f"P{n}", "H1", f"2024-0{n + 1}-01", "00123", 900, 1) for n in range(3)]
    assert found(false_receipts, claims(city, *rows)).is_empty()


@pytest.mark.parametrize(("n", "yuan", "hits"), [(7, 900, 1), (6, 900, 0), (7, 400, 0)])
def test_who_comes_with_paper_again_and_again_is_suspected(city, n, yuan, hits):
    rows = [(f"M{k}", "P1", "H1", f"2024-0{k + 1}-01", f"00209164{k}", yuan, 1) for k in range(n)]
    assert found(false_receipts, claims(city, *rows)).height == hits


def test_a_claim_taken_back_may_be_made_again(city):
    rows = [
        ("S0", "M1", "P1", "H1", 1, "2024-03-01 10:00", "0020916437", 0, None, 900, 900, 630),
        ("S1", "M1", "P1", "H1", 1, "2024-03-02 10:00", "0020916437", 1, "S0", -900, -900, -630),
        ("S2", "M2", "P1", "H1", 1, "2024-03-03 10:00", "0020916437", 0, None, 900, 900, 630),
    ]
    t = city(
        setl_d=table(SETTLED, rows),
        fee_list_d=table(
            FEE,
            [
                ("L2", "M2", "P1", "H1", "2024-03-03", "002103000010000", 900, "S2"),
                ("L0", "M1", "P1", "H1", "2024-03-01", "002103000010000", 900, "S0"),
            ],
        ),
    )
    assert found(false_receipts, t).is_empty()
