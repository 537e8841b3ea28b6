"""One thing billed, another given: boxes, beds, and the patient made to pay."""

from __future__ import annotations

import pytest

from models.rules.conduct.covered_items_made_self_paid import covered_items_made_self_paid
from models.rules.conduct.laminar_bed_swapped import laminar_bed_swapped
from models.rules.conduct.trace_code_of_other_drug import trace_code_of_other_drug
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric cnt init_feedetl_sn"
TRACE = "bkkp_sn drug_trac_codg fixmedins_code hilist_code sel_retn_time sel_retn_type"
DEAR, CHEAP, OTHER_MAKER = "XC07ABM102A010010101111", "XN02BED140A001010105847", "XC07ABM102A010010109999"


def scanned(city, n: int, box: str, *, second: str | None = None, undo: int = 0):
    """``n`` lines of the dear drug whose scanned box is ``box`` (and ``second``)."""
    fees = [(f"L{k}", f"M{k}", f"P{k}", "PA", f"{day(k)} 10:00", DEAR, 60, 1, None) for k in range(n)]
    fees += [(f"U{k}", f"M{k}", f"P{k}", "PA", f"{day(k)} 12:00", DEAR, 60, -1, f"L{k}") for k in range(undo)]
    boxes = [(f"L{k}", f"81{k}", "PA", box, f"{day(k)} 10:00", 1) for k in range(n)]
    boxes += [(f"L{k}", f"82{k}", "PA", second, f"{day(k)} 10:00", 1) for k in range(n) if second]
    return city(fee_list_d=table(FEE, fees), drug_trac_d=table(TRACE, boxes))


def test_boxes_of_another_drug_are_found(city):
    findings = found(trace_code_of_other_drug, scanned(city, 5, CHEAP))
    assert lines_of(findings) == [[f"L{n}"] for n in range(5)]
    assert findings.select("kind", "amount_at_issue", "fund_loss").row(0) == ("item_swap", 60.0, 42.0)


@pytest.mark.parametrize(
    ("why", "n", "box", "second", "undo"),
    [
        ("four wrong clicks", 4, CHEAP, None, 0),
        ("another maker of the same drug", 9, OTHER_MAKER, None, 0),
        ("an unreadable code", 9, "999999", None, 0),
        ("one of two boxes agrees", 9, CHEAP, DEAR, 0),
        ("taken back", 6, CHEAP, None, 2),
    ],
)
def test_lawful_boxes(city, why, n, box, second, undo):
    assert found(trace_code_of_other_drug, scanned(city, n, box, second=second, undo=undo)).is_empty(), why


STAY = "mdtrt_id psn_no begntime endtime dscg_maindiag_code adm_dept_name"
BED = "bkkp_sn mdtrt_id fee_ocur_time hilist_code pric bilg_dept_name cnt init_feedetl_sn"
LAMINAR = "001109000020000"


def ward(city, nights: int, *, dx: str = "J18.900", dept: str = "呼吸内科", secondary: str = "", undo: int = 0):
    """A stay with ``nights`` laminar-flow beds."""
    rows = [(f"L{n}", "M1", f"{day(n)} 00:00", LAMINAR, 220, dept, 1, None) for n in range(nights)]
    rows += [(f"U{n}", "M1", f"{day(n)} 09:00", LAMINAR, 220, dept, -1, f"L{n}") for n in range(undo)]
    tables = {}
    if secondary:
        tables["mdcs_fund_setl_list_d"] = table("setl_id mdtrt_id psn_no fixmedins_code", [("SM1", "M1", "P1", "H1")])
        tables["mdcs_fund_setl_list_diag_d"] = table("setl_list_diag_id setl_id psn_no maindiag_flag diag_code", [("D1", "SM1", "P1", 0, secondary)])
    return city(mdtrt_d=table(STAY, [("M1", "P1", "2024-03-01", "2024-03-09", dx, dept)]), fee_list_d=table(BED, rows), **tables)


def test_sterile_air_for_pneumonia_is_an_ordinary_bed_swapped(city):
    findings = found(laminar_bed_swapped, ward(city, 2))
    assert lines_of(findings) == [["L0", "L1"]]
    assert findings["amount_at_issue"].to_list() == [440.0]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("one night", {"nights": 1}),
        ("leukaemia", {"nights": 5, "dx": "C91.000"}),
        ("a lack of white cells as a further diagnosis", {"nights": 5, "secondary": "D70.x00"}),
        ("a burns ward", {"nights": 5, "dept": "烧伤科"}),
        ("no diagnosis given", {"nights": 5, "dx": "-"}),
        ("taken back", {"nights": 3, "undo": 2}),
    ],
)
def test_lawful_sterile_air(city, why, change):
    assert found(laminar_bed_swapped, ward(city, **change)).is_empty(), why


PAID = "bkkp_sn mdtrt_id psn_no fixmedins_code med_type fee_ocur_time hilist_code pric inscp_amt cnt init_feedetl_sn"


def covered(city, outside: int, *, elsewhere: int = 0, undo: int = 0):
    """H1 and H2 give one drug to 40 in-patients each; in ``outside`` of H1's (``elsewhere`` of H2's) it is wholly self-paid."""
    rows = [
        (f"{at}-{n:02d}", f"M{at}{n}", f"P{at}{n}", at, 21, f"{day(n)} 10:00", DEAR, 100, 0 if n < out else 100, 1, None)
        for at, out in (("H1", outside), ("H2", elsewhere))
        for n in range(40)
    ]
    rows += [(f"U{n}", f"MH1{n}", f"PH1{n}", "H1", 21, f"{day(n)} 12:00", DEAR, 100, 0, -1, f"H1-{n:02d}") for n in range(undo)]
    return city(fee_list_d=table(PAID, rows))


def test_a_covered_drug_made_self_paid_as_a_habit_is_found_without_loss_of_the_fund(city):
    findings = found(covered_items_made_self_paid, covered(city, 3))
    assert lines_of(findings) == [["H1-00"], ["H1-01"], ["H1-02"]]
    assert findings.select("kind", "amount_at_issue", "fund_loss").row(0) == ("cost_shifting", 100.0, 0.0)


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("two stays are limits of indication", {"outside": 2}),
        ("others pay it themselves too", {"outside": 10, "elsewhere": 2}),
        ("taken back", {"outside": 3, "undo": 1}),
    ],
)
def test_lawful_self_payment(city, why, change):
    assert found(covered_items_made_self_paid, covered(city, **change)).is_empty(), why
