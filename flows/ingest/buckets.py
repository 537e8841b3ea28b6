"""Which bucket a person lies in, and how many buckets a new lake gets.

The bucket is CRC-32 of psn_no (UTF-8) modulo the number of buckets: the same on every machine and in every version of every library,
which polars' own hash does not promise. CRC-32 spreads consecutive numbers evenly.
"""

from __future__ import annotations

import math
from typing import Final

import polars as pl

from features.lake import bucket_number

#: About 86 fee lines a person-year in a real city: 12,000 persons are one million lines a year, which every step holds in memory.
PERSONS_PER_BUCKET: Final = 12_000


def bucket_count(persons: int) -> int:
    """Buckets of a new lake for so many insured persons."""
    return max(1, math.ceil(persons / PERSONS_PER_BUCKET))


def bucket_of(psn_no: pl.Series, n_buckets: int) -> pl.Series:
    """The bucket number (UInt16) of every person number."""
    if n_buckets == 1:
        return pl.Series("_bucket", [0], dtype=pl.UInt16).new_from_index(0, len(psn_no))
    persons = psn_no.unique().to_list()
    numbers = [bucket_number(person, n_buckets) for person in persons]
    return psn_no.replace_strict(persons, numbers, return_dtype=pl.UInt16).alias("_bucket")
