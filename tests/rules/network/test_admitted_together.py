"""Groups that are admitted together again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from features.tables import Tables
from models.rules.network.admitted_together import admitted_together
from tests.rules.network.support import facts_of
from tests.rules.support import found

City = Callable[..., Tables]


def stays(*admissions: tuple[str, list[str]], dx: str = "I10.x00") -> dict[str, str]:
    """(day, persons) → visits of four days with one fee line each, at one hospital, among strangers admitted day after day."""
    rows, lines = [], []

    def add(person: str, day: date) -> None:
        mdtrt = f"M{len(rows)}"
        rows.append(f"{mdtrt} | {person} | {day} 09:00 | {day + timedelta(days=4)} 10:00 | {dx}")
        lines.append(f"L{len(rows)} | {mdtrt} | {day} 12:00 | 001109000010000 | 4 | 40")

    for text, persons in admissions:
        for person in persons:
            add(person, date.fromisoformat(text))
    for number in range(60):
        add(f"S{number}", date(2024, 1, 1) + timedelta(days=6 * number))
    return {
        "mdtrt_d": "mdtrt_id | psn_no | begntime | endtime | dscg_maindiag_code\n" + "\n".join(rows),
        "fee_list_d": "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | pric\n" + "\n".join(lines),
    }


def judged(city: City, life: dict[str, str]) -> pl.DataFrame:
    t = city(**life)
    return found(admitted_together, t, facts=facts_of(t))


GROUP = ["A", "B", "C", "D"]
TOGETHER = [("2024-02-01", GROUP), ("2024-05-02", GROUP), ("2024-08-03", GROUP)]


def test_four_persons_admitted_together_three_times_are_found(city: City) -> None:
    hits = judged(city, stays(*TOGETHER))
    assert sorted(set(hits["psn_no"])) == GROUP
    assert hits.height == 12
    assert hits["amount_at_issue"].sum() == 12 * 160.0
    assert "4人团组反复同批入院共12次，仅集中在3个入院日；组内两人平均同批3次" in hits["evidence"][0]


def test_four_persons_admitted_together_once_are_a_coincidence(city: City) -> None:
    assert judged(city, stays(("2024-02-01", GROUP))).is_empty()


def test_a_couple_is_no_group(city: City) -> None:
    pairs = [(day, ["A", "B"]) for day, _ in TOGETHER]
    assert judged(city, stays(*pairs)).is_empty()


def test_chemotherapy_in_cycles_brings_people_together_lawfully(city: City) -> None:
    assert judged(city, stays(*TOGETHER, dx="Z51.101")).is_empty()


def test_persons_who_come_often_at_their_own_times_are_not_linked(city: City) -> None:
    apart = [(str(date(2024, 1, 3) + timedelta(days=5 * n)), [person]) for n, person in enumerate(GROUP * 4)]
    assert judged(city, stays(*apart)).is_empty()


def test_who_all_come_on_the_hospitals_few_days_are_not_linked(city: City) -> None:
    # admissions on the first of each month only, for everybody
    crowd = [(f"2024-{month:02d}-01", [f"C{month}-{n}" for n in range(20)]) for month in range(1, 13)]
    assert judged(city, stays(*TOGETHER_ON_FIRSTS, *crowd)).is_empty()


TOGETHER_ON_FIRSTS = [("2024-02-01", GROUP), ("2024-05-01", GROUP), ("2024-08-01", GROUP)]
