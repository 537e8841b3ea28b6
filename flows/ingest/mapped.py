"""Source parts seen through a mapping: they look like parts of the contract's own layout. Streams like the source does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl

from features.shared.text import filled
from flows.ingest.batch import Part, RawBatch
from flows.ingest.mapping import LayoutMapping, MappedTable, Value, read_mapping
from flows.ingest.parse import trimmed
from flows.ingest.source import Delivery


def discover_mapped(folder: Path, mapping: Path) -> Delivery:
    """The delivery in another layout, as the mapping reads it. Raises MappingError with everything that is wrong."""
    layout = read_mapping(mapping, folder)
    parts: dict[str, list[Part]] = {}
    for table in layout.tables:
        lookup = _lookup(layout, table)
        parts.setdefault(table.table, []).extend(MappedPart(part, table, lookup) for part in layout.sources[table.source])
    used = {part.name for some in layout.sources.values() for part in some}
    ignored = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and str(file.relative_to(folder)) not in used)
    return Delivery(folder.name, parts, ignored, waived=dict(layout.without))


class MappedPart:
    """One source file as rows of one table of the contract."""

    def __init__(self, part: Part, table: MappedTable, lookup: pl.DataFrame | None) -> None:
        self._part = part
        self._table = table
        self._lookup = lookup

    @property
    def name(self) -> str:
        """The source file."""
        return self._part.name

    @property
    def encodings(self) -> set[str]:
        """Those of the source file."""
        return self._part.encodings

    def header(self) -> list[str]:
        """The contract's columns the mapping gives."""
        return list(self._table.columns)

    def batches(self) -> Iterator[RawBatch]:
        """The source's rows, mapped block by block."""
        for batch in self._part.batches():
            yield RawBatch(self._mapped(trimmed(batch.frame)), batch.broken)

    def _mapped(self, rows: pl.DataFrame) -> pl.DataFrame:
        table = self._table
        if table.unpivot:
            columns, value, number = table.unpivot
            rest = [name for name in rows.columns if name not in columns]
            long = rows.unpivot(columns, index=rest, variable_name=number, value_name=value).filter(pl.col(value).is_not_null())
            rows = long.with_columns(pl.col(number).replace_strict(columns, [str(place) for place in range(1, len(columns) + 1)]))
        if table.join and self._lookup is not None:
            rows = rows.join(self._lookup, on=table.join[1], how="left", maintain_order="left")
        rows = rows.with_columns(_expression(value).alias(name) for name, value in table.helpers.items())
        for column, wanted in table.where.items():
            if isinstance(wanted, bool):
                rows = rows.filter(pl.col(column).is_not_null() if wanted else pl.col(column).is_null())
            else:
                rows = rows.filter(pl.col(column).is_in(wanted))
        result = rows.select(*(_expression(value).alias(column) for column, value in table.columns.items()), pl.col("_line"))
        return result.unique(list(table.columns), keep="first", maintain_order=True) if table.distinct else result


def _expression(value: Value) -> pl.Expr:
    made = _form(value)
    if value.slice:
        made = made.str.slice(*value.slice)
    if value.codes is not None:
        made = made.replace_strict(value.codes, default=made if value.otherwise is None else pl.lit(value.otherwise), return_dtype=pl.String)
    elif value.otherwise is not None:
        made = made.fill_null(pl.lit(value.otherwise))
    return made


def _form(value: Value) -> pl.Expr:
    if value.form == "column":
        return pl.col(value.given)
    if value.form == "first_of":
        return pl.coalesce(value.given)
    if value.form == "sum_of":
        return pl.sum_horizontal(pl.col(name).cast(pl.Decimal(18, 2), strict=False) for name in value.given).cast(pl.String)
    if value.form == "template":
        return filled(re.sub(r"\{[^{}]+\}", "{}", str(value.given)), *(pl.col(name) for name in value.reads))
    return pl.lit(None if value.given is None else str(value.given), pl.String)


def _lookup(layout: LayoutMapping, table: MappedTable) -> pl.DataFrame | None:
    """The joined source in memory: one row a key. Of several the one whose values come last in their own order, whatever the order of files."""
    if not table.join:
        return None
    source, on, columns = table.join
    return _gathered(tuple(layout.sources[source]), on, columns)


@cache
def _gathered(parts: tuple[Part, ...], on: str, columns: tuple[str, ...]) -> pl.DataFrame:
    blocks = [trimmed(batch.frame.select(on, *columns)).unique() for part in parts for batch in part.batches()]
    return pl.concat(blocks).drop_nulls(on).unique().sort([on, *columns]).unique(on, keep="last", maintain_order=True)
