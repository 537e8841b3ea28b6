"""The networks of a drawn city, as the feature step would hand them to the rules."""

from __future__ import annotations

import polars as pl

from features.networks.network_pairs import network_pairs
from features.run import bucket_facts
from features.tables import Tables
from tests.rules.support import defaults

READ = ("stay", "surplus_purchase", "institution_day")


def facts_of(t: Tables) -> dict[str, pl.LazyFrame]:
    """The facts that networks are made of, and ``network_pair``."""
    parts = {name: frame.lazy() for name, frame in bucket_facts(t, defaults(), READ).items()}
    return {**parts, "network_pair": network_pairs(parts, defaults()).lazy()}
