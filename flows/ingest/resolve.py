"""Which rows stand when keys repeat. The answer depends on the rows' content alone, never on their order, file or time of loading.

Equal rows are one row. Different rows of one key are versions: the contract's ``prefer`` says which stands (void over valid, discharged
over in hospital, settled over unsettled, later over earlier); where it says nothing, the fuller row; where even that says nothing,
the smaller amount, because in doubt nobody is to be accused with the larger one. The choice is a total order, so that
loading A then B, B then A, or both at once gives the same lake.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.contracts import Table
from flows.ingest.clean import fen_of


@dataclass(slots=True)
class Resolved:
    """The rows that stand, and the account of the delivered ones. ``losers`` are versions set aside, with ``_reason``."""

    rows: pl.DataFrame
    losers: pl.DataFrame
    accepted: int
    repeated: int
    fen_accepted: int
    fen_repeated: int
    fen_lost: int
    replaced_in_lake: int


def resolve(table: Table, delivered: pl.DataFrame, in_lake: pl.DataFrame | None) -> Resolved:
    """Delivered rows of one bucket against the rows the lake holds for the same keys (both in the lake's schema)."""
    together = delivered.with_columns(_new=pl.lit(value=True))
    if in_lake is not None and in_lake.height:
        together = pl.concat([together, in_lake.with_columns(_new=pl.lit(value=False))])
    twice = together.select(table.key).is_duplicated()
    single = together.filter(~twice) if twice.any() else together
    new_single = single.filter("_new")
    if not twice.any():
        return Resolved(
            single.drop("_new"),
            _no_losers(delivered),
            new_single.height,
            0,
            _fen(table, new_single),
            0,
            0,
            0,
        )
    best, lost = _versions(table, together.filter(twice))
    fresh = best.filter(pl.col("_n_old") == 0)
    again_best = best.with_columns(_again=pl.when(pl.col("_n_old") == 0).then(pl.col("_n_new") - 1).otherwise(pl.col("_n_new")))
    # a version that lost is set aside once; further copies of it are repetitions
    delivered_lost = lost.filter(pl.col("_n_new") > 0)
    return Resolved(
        rows=pl.concat([single.drop("_new"), best.select(delivered.columns)]),
        losers=delivered_lost.select(*delivered.columns, "_reason"),
        accepted=new_single.height + fresh.height,
        repeated=int(again_best["_again"].sum()) + int((delivered_lost["_n_new"] - 1).sum()),
        fen_accepted=_fen(table, new_single) + _fen(table, fresh),
        fen_repeated=_fen_times(table, again_best, "_again") + _fen_times(table, delivered_lost, "_n_new") - _fen(table, delivered_lost),
        fen_lost=_fen(table, delivered_lost),
        replaced_in_lake=int((lost["_n_old"] > 0).sum()),
    )


def _versions(table: Table, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Distinct rows with their copies (``_n_new``, ``_n_old``): those that stand, and those that do not with ``_reason``."""
    distinct = _distinct(table, rows)
    rivals = distinct.select(table.key).is_duplicated()
    alone = distinct.filter(~rivals).with_columns(_reason=pl.lit(None, pl.String))
    if not rivals.any():
        return alone, alone.clear()
    ranked = _ranked(table, distinct.filter(rivals))
    first = _first_of_key(table, ranked)
    return pl.concat([alone, ranked.filter(first)]), ranked.filter(~first)


def _distinct(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Equal rows as one, with how often they were delivered and whether the lake holds them.

    Rows of one key are compared by 128 bits of hash: comparing thirty columns of a whole bucket would cost more than all the rest.
    """
    content = rows.drop("_new")
    helper = rows.select(*table.key, "_new").with_columns(
        content.hash_rows(seed=1).alias("_hash1"), content.hash_rows(seed=2).alias("_hash2"), pl.int_range(pl.len(), dtype=pl.UInt32).alias("_row")
    )
    counted = helper.group_by(*table.key, "_hash1", "_hash2").agg(
        _n_new=pl.col("_new").sum().cast(pl.Int64), _n_old=(~pl.col("_new")).sum().cast(pl.Int64), _row=pl.col("_row").first()
    )
    return content[counted["_row"]].with_columns(counted["_n_new"], counted["_n_old"])


def _ranked(table: Table, versions: pl.DataFrame) -> pl.DataFrame:
    """Versions ordered by key, the one that stands first, with the reason the others do not."""
    columns = [name for name in versions.columns if name not in ("_n_new", "_n_old")]
    ranks = [_rank(word) for word in table.prefer]
    filled = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int32) for name in columns)
    helped = versions.with_columns(*(expression.alias(f"_rank{number}") for number, (expression, _, _) in enumerate(ranks)), filled.alias("_filled"))
    order = [*table.key, *(f"_rank{number}" for number in range(len(ranks))), "_filled", *columns]
    descending = [False] * len(table.key) + [falling for _, falling, _ in ranks] + [True] + [False] * len(columns)
    ordered = helped.sort(order, descending=descending, nulls_last=True)
    decided = [f"_rank{number}" for number, (_, _, newer) in enumerate(ranks) if newer] + ["_filled"]
    first = _first_of_key(table, ordered)
    winners = ordered.filter(first).select(pl.col(name).alias(f"{name}_best") for name in decided)
    compared = ordered.hstack(winners[(first.cum_sum() - 1).cast(pl.UInt32)])
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_best")) for name in decided)
    return compared.with_columns(_reason=pl.when(same).then(pl.lit("conflict")).otherwise(pl.lit("superseded"))).select(
        *columns, "_n_new", "_n_old", "_reason"
    )


def _first_of_key(table: Table, rows: pl.DataFrame) -> pl.Series:
    return rows.select(pl.struct(table.key).is_first_distinct()).to_series()


def _rank(word: str) -> tuple[pl.Expr, bool, bool]:
    """A word of ``Table.prefer`` as (expression, larger first, says that a version is newer)."""
    kind, _, what = word.partition(":")
    if kind == "is":
        column, _, value = what.partition("=")
        return (pl.col(column) == value).fill_null(value=False), True, True
    if kind == "has":
        return pl.col(what).is_not_null(), True, True
    if kind == "open":
        return pl.col(what).is_null(), True, True
    if kind == "last":
        return pl.col(what), True, True
    if kind == "first":
        return pl.col(what), False, False
    raise ValueError(f"Unknown preference {word!r}; expected is:, has:, open:, last: or first:.")


def _no_losers(like: pl.DataFrame) -> pl.DataFrame:
    return like.clear().with_columns(_reason=pl.lit(None, pl.String))


def _fen(table: Table, rows: pl.DataFrame) -> int:
    return fen_of(rows[table.yuan]) if table.yuan else 0


def _fen_times(table: Table, rows: pl.DataFrame, copies: str) -> int:
    if not table.yuan:
        return 0
    fen = (rows[table.yuan].cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64).fill_null(0)
    return int((fen * rows[copies]).sum())
