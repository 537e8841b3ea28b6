"""A physician, or a shop, that gives far more people drugs they have in hand than others do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from features.tables import Tables
from models.rules.network.place_of_hoarders import place_of_hoarders
from tests.rules.support import found

City = Callable[..., Tables]
DRUGS = ("XC10AAA001A001010100001", "XB01ACA002A001010100001")


def practices(hoarders: dict[str, int], large: int = 30, supply: int = 28, every: int = 7, drugs: tuple[str, ...] = DRUGS) -> dict[str, str]:
    """Ten physicians of one hospital with thirty regular patients each (D3 with ``large``), of whom so many of a physician's fetch 28 days'
    supply every week."""
    visits, lines = [], []
    for doctor in range(10):
        code = f"D{doctor}"
        for patient in range(large if code == "D3" else 30):
            hoards = patient < hoarders.get(code, 0)
            for n in range(8 if hoards else 4):
                day = date(2024, 1, 2) + timedelta(days=patient + n * (every if hoards else 28))
                mdtrt = f"M{len(visits)}"
                visits.append(f"{mdtrt} | {code}P{patient} | 11 | {day} 10:00 | {day} 10:10")
                for drug in drugs:
                    lines.append(f"L{len(lines)} | {mdtrt} | {day} 10:05 | {drug} | {supply} | 100 | {code}")
    return {
        "mdtrt_d": "mdtrt_id | psn_no | med_type | begntime | endtime\n" + "\n".join(visits),
        "fee_list_d": "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | prd_days | pric | bilg_dr_code\n" + "\n".join(lines),
    }


def judged(city: City, life: dict[str, str]) -> pl.DataFrame:
    return found(place_of_hoarders, city(**life))


def test_a_physician_with_eight_hoarders_among_thirty_is_found_with_each_of_them(city: City) -> None:
    hits = judged(city, practices({"D3": 8}))
    assert sorted(hits["psn_no"]) == [f"D3P{n}" for n in range(8)]
    assert "医师D3在本机构向8名手中余量充足仍反复购药的参保人供药，占其30名经常购药者的26.7%" in hits["evidence"][0]


def test_three_hoarders_may_be_a_family(city: City) -> None:
    assert judged(city, practices({"D3": 3})).is_empty()


def test_where_every_physician_has_some_it_is_the_citys_way(city: City) -> None:
    assert judged(city, practices({f"D{n}": 6 for n in range(10)} | {"D3": 8})).is_empty()


def test_a_large_practice_of_chronic_patients_is_held_against_its_own_patients(city: City) -> None:
    assert judged(city, practices({"D3": 5}, large=120)).is_empty()


def test_refills_on_time_are_no_hoard(city: City) -> None:
    assert judged(city, practices({"D3": 8}, every=28)).is_empty()


def test_three_months_at_once_fetched_every_three_months_are_lawful(city: City) -> None:
    assert judged(city, practices({"D3": 8}, supply=84, every=80)).is_empty()


def test_one_drug_is_a_changed_dose(city: City) -> None:
    assert judged(city, practices({"D3": 8}, drugs=DRUGS[:1])).is_empty()
