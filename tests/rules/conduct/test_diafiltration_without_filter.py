"""Diafiltration is billed, and the materials are those of plain dialysis."""

from __future__ import annotations

import pytest

from models.rules.conduct.diafiltration_without_filter import diafiltration_without_filter
from tests.rules.conduct.draw import HD, HDF, day, table
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name pric cnt init_feedetl_sn"
DIALYSER = ("C11020100400001000000030100", "血液透析器(空心纤维)")
FILTER = ("C11020300600001000000030300", "血液透析滤过器")


def units(
    city,
    swapped: int = 6,
    *,
    own: int = 10,
    elsewhere: int = 0,
    membrane=FILTER,
    bare: bool = False,
    others: int = 40,
    undo: bool = False,
    twice: bool = False,
):
    """H1 bills ``own`` sessions of diafiltration, the first ``swapped`` with a plain dialyser; H2 bills ``others``, ``elsewhere`` of them so.
    Both give plain dialysis too, at 400 against 600."""
    rows = []
    for at, dear, wrong in (("H1", own, swapped), ("H2", others, elsewhere)):
        for n in range(dear + others):
            key, mode = f"{at}-{n:02d}", HDF if n < dear else HD
            when = f"{day(n % 28)} 08:00"
            rows.append((f"S{key}", f"M{key}", f"P{at}", at, when, mode, "透析", 600 if mode == HDF else 400, 1, None))
            if twice and n < wrong:
                rows.append((f"T{key}", f"M{key}", f"P{at}", at, f"{day(n % 28)} 14:00", HD, "透析", 400, 1, None))
            if undo and at == "H1" and n < wrong:
                rows.append((f"R{key}", f"M{key}", f"P{at}", at, f"{day(n % 28)} 18:00", mode, "透析", 600, -1, f"S{key}"))
            if not (bare and at == "H1"):
                material = DIALYSER if mode == HD or n < wrong else membrane
                rows.append((f"C{key}", f"M{key}", f"P{at}", at, when, *material, 90, 1, None))
    return city(fee_list_d=table(HEAD, rows))


def test_sessions_with_a_plain_dialyser_are_found_a_person_and_month(city):
    findings = found(diafiltration_without_filter, units(city))
    assert lines_of(findings) == [[f"SH1-{n:02d}" for n in range(6)]]
    assert findings.select("kind", "certainty", "fixmedins_code", "amount_at_issue").row(0) == ("item_swap", "suspected", "H1", 1200.0)


@pytest.mark.parametrize(("swapped", "hits"), [(5, 1), (4, 0), (0, 0)])
def test_five_sessions_are_the_boundary(city, swapped, hits):
    assert found(diafiltration_without_filter, units(city, swapped)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("the city's houses use one membrane for both", {"membrane": DIALYSER}),
        ("a house that bills no materials has them in its price", {"bare": True}),
        ("too few sessions elsewhere show what belongs to one", {"others": 29}),
        ("filters are booked carelessly everywhere", {"elsewhere": 8}),
        ("the sessions were refunded", {"undo": True}),
        ("two sessions in a day: nobody can tell whose the dialyser is", {"twice": True}),
    ],
)
def test_lawful_sessions(city, why, change):
    assert found(diafiltration_without_filter, units(city, **change)).is_empty(), why
