"""Buckets are the same on every machine and in every version, and even."""

from __future__ import annotations

import polars as pl
import pytest

from flows.ingest.buckets import bucket_count, bucket_of


def test_the_bucket_of_a_person_is_fixed_for_ever() -> None:
    persons = pl.Series(["43100000000000077777", "43100000000387498266", "43100000000000077777", "P1"])
    assert bucket_of(persons, 97).to_list() == [64, 62, 64, 45]
    assert bucket_of(persons, 1).to_list() == [0, 0, 0, 0]


def test_consecutive_numbers_spread_evenly() -> None:
    persons = pl.Series([f"431{number:017d}" for number in range(20_000)])
    sizes = bucket_of(persons, 10).value_counts()["count"]
    assert sizes.min() > 1800
    assert sizes.max() < 2200


@pytest.mark.parametrize(("persons", "buckets"), [(0, 1), (12_000, 1), (12_001, 2), (1_135_000, 95)])
def test_a_lake_has_a_bucket_for_every_twelve_thousand_persons(persons: int, buckets: int) -> None:
    assert bucket_count(persons) == buckets
