"""One card in two towns within minutes."""

from __future__ import annotations

import pytest

from models.rules.conduct.two_places_at_once import two_places_at_once
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric init_feedetl_sn cnt"
VISIT = "mdtrt_id psn_no fixmedins_code med_type begntime endtime"
DRUG, FEE_ITEM = "XC07ABM102A010010101111", "001102000010000"


def cards(
    city,
    persons: int,
    *,
    minutes: int = 12,
    county: str = "420102",
    pool: int = 7,
    time: str = "09:",
    undo: bool = False,
    common: int = 0,
    across: bool = False,
):
    """``persons`` are seen at one of many hospitals at nine and, ``minutes`` later, buy at PA of another county, where 50 others buy too."""
    visits, lines, settled = [], [], []

    def add(key: str, who: str, at: str, kind: int, when: str, code: str) -> None:
        visits.append((key, who, at, kind, when, when))
        lines.append((f"L{key}", key, who, at, when, code, 20, None, 1))
        settled.append((f"S{key}", key, pool if kind == 41 else 7))

    for n in range(persons):
        add(f"A{n}", f"P{n}", "H0" if across else f"H{n}", 11, f"{day(n)} {time}00", FEE_ITEM)
        add(f"B{n}", f"P{n}", "PA", 41, f"{day(n)} {time}{minutes:02d}" if minutes < 60 else f"{day(n)} 10:30", DRUG)
        if undo:
            lines.append((f"R{n}", f"B{n}", f"P{n}", "PA", f"{day(n + 1)} 09:00", DRUG, 20, f"LB{n}", -1))
    for n in range(50):
        add(f"N{n}", f"Q{n}", "PA", 41, f"{day(n)} 11:00", DRUG)
        for k in range(10):
            add(f"O{n}{k}", f"Q{n}", f"H{100 + k}", 11, f"{day(n + k + 1)} 11:00", FEE_ITEM)
    for n in range(common):
        add(f"C{n}", f"R{n}", "PC", 41, f"{day(n)} 09:05", DRUG)
        add(f"D{n}", f"R{n}", "H100", 11, f"{day(n)} 09:00", FEE_ITEM)
    houses = table("fixmedins_code fix_blng_admdvs", [("PA", county), ("PC", county)])
    return city(mdtrt_d=table(VISIT, visits), fee_list_d=table(FEE, lines), setl_d=table("setl_id mdtrt_id hifp_pay", settled), fixmedins_b=houses)


def test_five_cards_used_minutes_after_their_holders_were_seen_in_another_county(city):
    findings = found(two_places_at_once, cards(city, 5))
    assert findings.select("fixmedins_code", "kind").unique().rows() == [("PA", "impersonation")]
    assert sorted(lines_of(findings)) == [[f"LB{n}"] for n in range(5)]
    assert findings["related_bkkp_sns"].explode().sort().to_list() == [f"LA{n}" for n in range(5)]
    assert "12分钟" in findings["evidence"][0]


@pytest.mark.parametrize(("minutes", "hits"), [(20, 5), (21, 0)])
def test_twenty_minutes_are_the_boundary(city, minutes, hits):
    assert found(two_places_at_once, cards(city, 5, minutes=minutes)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("four may be relatives", {"persons": 4}),
        ("both houses are in one county", {"county": "420101"}),
        ("bought from the family's personal account", {"pool": 0}),
        ("bought and brought back", {"undo": True}),
        ("the hospital stands across the street that is the county's border", {"across": True}),
    ],
)
def test_lawful_reasons_to_be_in_two_towns(city, why, change):
    assert found(two_places_at_once, cards(city, **({"persons": 5} | change))).is_empty(), why


def test_a_time_nobody_entered_is_no_time(city):
    t = cards(city, 5, time="00:", minutes=0)
    assert found(two_places_at_once, t).is_empty()
