"""How much a single entry of a register proves: deaths and custody are entered by hand, and some entries name the wrong person."""

from __future__ import annotations

import polars as pl

from features.parameters import Params


def rests_on_one_entry(p: Params, *, second_source: pl.Expr | None = None) -> pl.Expr:
    """True where a claim rests on nothing but one register entry that may name the wrong person.

    Over frames of claims with ``fixmedins_code`` and ``psn_no`` of the whole city. Several wrong entries hardly meet at one house, so a house with
    claims of ``persons_sure_min`` such persons, or a person whom a second register names too (``second_source``), is beyond that doubt. Who is
    billed by ``houses_doubt_min`` houses or more goes on living, or the family uses the card: no single house can be held for certain.
    """
    here = pl.col("psn_no").n_unique().over("fixmedins_code")
    spread = pl.col("fixmedins_code").n_unique().over("psn_no")
    confirmed = here >= p["persons_sure_min"]
    if second_source is not None:
        confirmed |= second_source
    doubtful: pl.Expr = (spread >= p["houses_doubt_min"]) | ~confirmed
    return doubtful
