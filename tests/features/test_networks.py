"""Coincidence against chance, and communities."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from features.networks.coincidence import Chance, coinciding_pairs, same_day_chance
from features.networks.communities import communities

START = date(2024, 1, 1)
CHANCE = Chance(window_days=0, p_value_max=0.001, together_min=3, uniform_pairs=100)


def visits(rows: list[tuple[str, str, int]]) -> pl.DataFrame:
    """(institution, person, day of the year)."""
    frame = pl.DataFrame(rows, schema=["fixmedins_code", "psn_no", "day"], orient="row")
    return frame.select("fixmedins_code", "psn_no", date=pl.lit(START) + pl.duration(days=pl.col("day")))


def crowd(days: dict[int, int], house: str = "H") -> pl.DataFrame:
    return pl.DataFrame({"fixmedins_code": [house] * len(days), "date": [START + timedelta(days=day) for day in days], "n": list(days.values())})


EVEN = crowd(dict.fromkeys(range(360), 10))


def test_persons_who_keep_coming_on_the_same_days_are_a_pair_and_others_are_not() -> None:
    rows = [("H", person, day) for person in "AB" for day in (10, 60, 110, 160, 210)] + [("H", "C", day) for day in (11, 62, 113, 164, 215)]
    pairs = coinciding_pairs(visits(rows), EVEN, CHANCE)
    assert pairs.select("a", "b", "together").rows() == [("A", "B", 5)]
    assert pairs["expected"][0] == pytest.approx(25 / 360, rel=0.12), "ten a day meet nine others"


def test_where_the_crowd_comes_on_the_same_few_days_nobody_is_tied() -> None:
    rows = [("H", person, day) for person in "AB" for day in (10, 60, 110, 160, 210)]
    market = crowd(dict.fromkeys((10, 60, 110, 160, 210), 100))
    assert coinciding_pairs(visits(rows), market, CHANCE).is_empty()


def test_meetings_at_several_places_add_up() -> None:
    rows = [(house, person, day) for person in "AB" for house, day in (("H", 10), ("K", 60), ("L", 110), ("H", 160))]
    even = pl.concat([crowd(dict.fromkeys(range(360), 10), house) for house in "HKL"])
    pairs = coinciding_pairs(visits(rows), even, CHANCE)
    assert sorted(pairs.select("fixmedins_code", "together").rows()) == [("H", 2), ("K", 1), ("L", 1)]


def test_a_household_is_no_pair() -> None:
    rows = visits([("H", person, day) for person in "AB" for day in (10, 60, 110, 160, 210)])
    assert coinciding_pairs(rows.with_columns(door=pl.lit("one")), EVEN, CHANCE).is_empty()
    assert coinciding_pairs(rows.with_columns(door=pl.lit(None, pl.String)), EVEN, CHANCE).height == 1


def test_a_window_of_a_day_ties_those_who_come_on_the_morrow() -> None:
    rows = [("H", "A", day) for day in (10, 60, 110, 160)] + [("H", "B", day + 1) for day in (10, 60, 110, 160)]
    assert coinciding_pairs(visits(rows), EVEN, CHANCE).is_empty()
    assert coinciding_pairs(visits(rows), EVEN, Chance(1, 0.001, 3, 100)).height == 1


def test_the_chance_of_meeting_is_that_of_the_crowd_and_even_where_there_is_none() -> None:
    three = pl.concat([crowd(dict.fromkeys(range(50), 4)), crowd({}, "K")])
    seen = visits([("H", "A", 0), ("H", "A", 49), ("K", "A", 0), ("K", "A", 99)])
    q = dict(same_day_chance(seen, three, CHANCE).rows())
    # 50 days of 4: a visit meets 3 of 199 others
    assert q["H"] == pytest.approx(3 / 199, rel=0.02)
    assert q["K"] == pytest.approx(1 / 100)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_by_chance_alone_hardly_any_pair_is_tied(seed: int) -> None:
    """300 persons, 12 visits each on days of a crowd that is thrice as dense on Mondays."""
    rng = np.random.default_rng(seed)
    weights = np.array([3.0 if day % 7 == 0 else 1.0 for day in range(360)])
    days = {day: int(20 * weights[day]) for day in range(360)}
    rows = [("H", f"P{person}", int(day)) for person in range(300) for day in rng.choice(360, 12, replace=False, p=weights / weights.sum())]
    assert coinciding_pairs(visits(rows), crowd(days), CHANCE).height <= 1


def test_communities_are_numbered_by_size_and_the_same_each_time() -> None:
    ring = [("A", "B"), ("B", "C"), ("A", "C"), ("C", "D"), ("A", "D"), ("B", "D")]
    pairs = pl.DataFrame([(a, b, 5) for a, b in [("X", "Y"), *ring]], schema=["a", "b", "together"], orient="row")
    found = communities(pairs, 7)
    assert dict(found.rows()) == {"A": 0, "B": 0, "C": 0, "D": 0, "X": 1, "Y": 1}
    assert communities(pairs.sample(fraction=1.0, shuffle=True, seed=1), 7).equals(found)


def test_two_rings_that_one_meeting_joins_stay_two() -> None:
    def ring(names: str) -> list[tuple[str, str, int]]:
        return [(a, b, 9) for n, a in enumerate(names) for b in names[n + 1 :]]

    pairs = pl.DataFrame([*ring("ABCDE"), *ring("VWXYZ"), ("A", "V", 3)], schema=["a", "b", "together"], orient="row")
    found = communities(pairs, 7)
    assert found["community"].n_unique() == 2
    assert found.filter(pl.col("psn_no").is_in(list("ABCDE")))["community"].n_unique() == 1


def test_no_pairs_have_no_communities() -> None:
    assert communities(pl.DataFrame(schema={"a": pl.String, "b": pl.String, "together": pl.Int64}), 7).is_empty()
