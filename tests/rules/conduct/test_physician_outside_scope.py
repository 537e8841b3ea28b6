"""An eye specialist's name stands under coughs, bellies and backs."""

from __future__ import annotations

import pytest

from models.rules.conduct.physician_outside_scope import physician_outside_scope
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

VISIT = "mdtrt_id psn_no fixmedins_code med_type begntime endtime dscg_maindiag_code"
FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code bilg_dr_code med_type cnt pric inscp_amt init_feedetl_sn"
DRUG, TEST = "XN02BED140A001020101560", "002501010150000"


def clinic(city, outside: int = 12, *, within: int = 0, scope="眼耳鼻咽喉科专业", dx="M54.500", other=0, item=DRUG, undo=False, twice=False):
    """D1 at H1 treats ``outside`` patients with ``dx`` and ``within`` with cataract; five other eye specialists at H2 treat twelve eyes each,
    ``other`` of them backs instead."""
    visits, fees = [], []
    work = [("D1", "H1", n, dx if n < outside else "H25.900") for n in range(outside + within)]
    work += [(f"E{k}", "H2", n, "M54.500" if k < other else "H25.900") for k in range(5) for n in range(12)]
    for doctor, at, n, disease in work:
        key = f"{doctor}-{n:02d}"
        visits.append((f"M{key}", f"P{key}", at, 11, day(n), day(n), disease))
        fees.append((f"L{key}", f"M{key}", f"P{key}", at, day(n), item, doctor, 11, 1, 20, 20, None))
        if twice:
            fees.append((f"T{key}", f"M{key}", f"P{key}", at, day(n), item, doctor, 11, 1, 20, 20, None))
        if undo and doctor == "D1":
            fees.append((f"R{key}", f"M{key}", f"P{key}", at, day(n + 1), item, doctor, 11, -1, 20, -20, f"L{key}"))
    register = [("D1", scope, "H1"), *((f"E{k}", "眼耳鼻咽喉科专业", "H2") for k in range(5))]
    return city(
        mdtrt_d=table(VISIT, visits),
        fee_list_d=table(FEE, fees),
        dr_info_b=table("dr_code dr_prac_scp_name medins_code", register),
    )


def test_a_name_under_patients_of_every_kind_is_found_once_a_house(city):
    findings = found(physician_outside_scope, clinic(city))
    assert lines_of(findings) == [[f"LD1-{n:02d}" for n in range(12)]]
    assert findings.select("kind", "certainty", "fixmedins_code", "amount_at_issue").row(0) == ("licence_rental", "suspected", "H1", 240.0)


@pytest.mark.parametrize(("outside", "within", "hits"), [(10, 0, 1), (9, 0, 0), (12, 3, 1), (12, 4, 0)])
def test_ten_visits_and_four_in_five_are_the_boundary(city, outside, within, hits):
    assert found(physician_outside_scope, clinic(city, outside, within=within)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("a physician of internal medicine", {"scope": "内科专业"}),
        ("registered for a second field", {"scope": "眼耳鼻咽喉科专业、内科专业"}),
        ("his own field", {"dx": "J03.900"}),
        ("a register that names fields at random", {"other": 4}),
        ("tests ordered and no drug", {"item": TEST}),
        ("refunded", {"undo": True}),
        ("no scope in the register", {"scope": None}),
        ("a visit without a diagnosis", {"dx": "-"}),
    ],
)
def test_lawful_work(city, why, change):
    assert found(physician_outside_scope, clinic(city, **change)).is_empty(), why


def test_two_lines_of_a_visit_are_one_visit(city):
    assert found(physician_outside_scope, clinic(city, 9, twice=True)).is_empty()
