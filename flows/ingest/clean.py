"""One block of delivered rows → rows of the contract, and the rows that are broken, each with its reason.

A row is broken when it lacks a required value, or when a required, key, month or money value cannot be read. An optional date or
quantity that cannot be read or cannot be true is left empty and counted: the row itself is evidence that must not be lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from features.contracts import Column, Table
from features.contracts.column import LATEST_YEAR, SCALES
from features.lake import dtype_of
from flows.ingest import parse
from flows.ingest.batch import BrokenRow, RawBatch
from flows.ingest.report import Flaw, TableReport
from flows.ingest.vault import Vault
from flows.ingest.village import PLACES

#: Which reason is named first when a row has several.
_ORDER: Final = ("missing_column", "missing_required", "damaged_id", "bad_date", "bad_number", "implausible")
_ID_ENDINGS: Final = ("_id", "_sn", "_no", "_code", "_codg", "_admdvs")
QUARANTINE_COLUMNS: Final = ("_part", "_line", "_reason", "_detail", "_text")


@dataclass(slots=True)
class Cleaned:
    """Good rows in the lake's schema, broken rows as text with reason, part and line."""

    good: pl.DataFrame
    bad: pl.DataFrame


class Cleaner:
    """Cleans the blocks of one table and counts what it meets in the table's report."""

    def __init__(self, table: Table, vault: Vault, report: TableReport) -> None:
        self.table = table
        self._columns: Mapping[str, Column] = {column.name: column for column in table.columns}
        self._vault = vault
        self._report = report
        must = {*table.required_columns, *table.key, *([table.month] if table.month else [])}
        self._strict = {name for name, column in self._columns.items() if name in must or column.kind in ("money", "price")}

    def clean(self, batch: RawBatch, part: str) -> Cleaned:
        """The block's rows, sorted into good and broken; every row is in exactly one of them."""
        raw, absent = self._named(batch.frame)
        self._report.rows_read += raw.height + len(batch.broken)
        masks: dict[tuple[str, str], pl.Series] = {}
        typed = [self._column(column, raw, masks) for column in self._columns.values()]
        self._missing(raw, absent, masks)
        frame = pl.DataFrame(typed)
        bad = self._bad_mask(masks, raw.height)
        self._count_money(frame, raw, bad)
        broken = self._broken_rows(raw, bad, masks, part)
        lost = self._lost_rows(batch.broken, part)
        good = frame.filter(~bad) if bad.any() else frame
        self._count_good(good)
        return Cleaned(self._without_persons(good), pl.concat([broken, lost]) if lost.height else broken)

    # --- columns ---

    def _named(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
        """The contract's columns as trimmed text (absent ones null) with ``_line``, and the names of the absent ones."""
        found = contract_names(frame.columns, self._columns)
        absent = [name for name in self._columns if name not in found.values()]
        renamed = frame.select([pl.col(old).alias(new) for old, new in found.items()] + [pl.col("_line")])
        filled = parse.trimmed(renamed).with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
        return filled.select([*self._columns, "_line"]), absent

    def _column(self, column: Column, raw: pl.DataFrame, masks: dict[tuple[str, str], pl.Series]) -> pl.Series:
        values = raw[column.name]
        if values.null_count() == len(values):
            return values.cast(dtype_of(column.kind))
        if column.kind == "string":
            return self._string(column, values, masks)
        if column.kind in ("date", "datetime"):
            return self._date(column, values, masks)
        return self._number(column, values, masks)

    def _string(self, column: Column, values: pl.Series, masks: dict[tuple[str, str], pl.Series]) -> pl.Series:
        if column.codes:
            values, rewritten, unknown = parse.to_codes(values, column.codes)
            _count(self._report.recoded, column.name, rewritten)
            counts = self._report.unknown_codes.setdefault(column.name, {}) if unknown else {}
            for code, rows in unknown.items():
                counts[code] = counts.get(code, 0) + rows
        elif column.name.endswith(_ID_ENDINGS):
            if values.str.ends_with(".0").any():  # an id that went through a floating-point column
                values = values.str.replace(r"^(\d{1,15})\.0$", "$1")
            if values.str.contains("E+", literal=True).any():
                damaged = values.str.contains(r"^\d(\.\d+)?E\+\d+$").fill_null(value=False)
                self._judge("damaged_id", column, damaged, raw_values=values, masks=masks)
        return values

    def _date(self, column: Column, values: pl.Series, masks: dict[tuple[str, str], pl.Series]) -> pl.Series:
        times = parse.to_datetime(values)
        unread = values.is_not_null() & times.is_null()
        if unread.any():
            if column.name not in self._strict:
                unread = unread & ~parse.is_no_date(values)  # 0000-00-00 is how databases write "none"
            self._judge("bad_date", column, unread, raw_values=values, masks=masks)
        years = times.dt.year()
        never = ((years < (column.earliest or 0)) | (years > LATEST_YEAR)).fill_null(value=False)
        if column.earliest and column.earliest < 1900:
            odd = int((years < 1900).sum())
            _count(self._report.implausible_kept, column.name, odd)
        if never.any():
            self._judge("implausible", column, never, raw_values=values, masks=masks)
            times = times.set(never, None)
        return times.cast(dtype_of(column.kind))

    def _number(self, column: Column, values: pl.Series, masks: dict[tuple[str, str], pl.Series]) -> pl.Series:
        scale = SCALES[column.kind]
        numbers = parse.to_decimal(values, scale)
        unread = values.is_not_null() & numbers.is_null()
        if unread.any():
            self._judge("bad_number", column, unread, raw_values=values, masks=masks)
        if column.kind == "money":
            _count(self._report.rounded, column.name, parse.rounded_away(values, numbers, scale))
        if column.within:
            low, high = column.within
            never = ((numbers < low) | (numbers > high)).fill_null(value=False)
            if never.any():
                self._judge("implausible", column, never, raw_values=values, masks=masks)
                numbers = numbers.set(never, None)
        return numbers

    def _judge(self, reason: str, column: Column, cells: pl.Series, *, raw_values: pl.Series, masks: dict[tuple[str, str], pl.Series]) -> None:
        """Breaks the rows when the column is one that must be read, else counts the cells that stay empty."""
        if not cells.any():
            return
        if column.name in self._strict:
            masks[reason, column.name] = cells
            return
        samples = [] if column.personal else raw_values.filter(cells).unique().sort().head(5).to_list()
        self._report.blanked.setdefault(column.name, Flaw()).add(int(cells.sum()), samples)

    def _missing(self, raw: pl.DataFrame, absent: list[str], masks: dict[tuple[str, str], pl.Series]) -> None:
        for name in self.table.required_columns:
            if raw[name].null_count():
                masks["missing_column" if name in absent else "missing_required", name] = raw[name].is_null()

    # --- rows ---

    def _bad_mask(self, masks: Mapping[tuple[str, str], pl.Series], height: int) -> pl.Series:
        bad = pl.Series([False], dtype=pl.Boolean).new_from_index(0, height)
        for mask in masks.values():
            bad = bad | mask
        return bad

    def _broken_rows(self, raw: pl.DataFrame, bad: pl.Series, masks: Mapping[tuple[str, str], pl.Series], part: str) -> pl.DataFrame:
        if not bad.any():
            return self._empty_quarantine()
        ordered = sorted(masks, key=lambda item: _ORDER.index(item[0]))
        flags = pl.DataFrame({f"{reason}:{column}": masks[reason, column] for reason, column in ordered}).filter(bad)
        detail = pl.concat_str([pl.when(pl.col(name)).then(pl.lit(name)) for name in flags.columns], separator=";", ignore_nulls=True)
        rows = raw.filter(bad).with_columns(flags.select(detail.alias("_detail")).to_series())
        rows = rows.with_columns(
            _part=pl.lit(part),
            _line=pl.col("_line").cast(pl.Int64),
            _reason=pl.col("_detail").str.extract(r"^([a-z_]+)"),
            _text=pl.lit(None, pl.String),
        )
        self._count_reasons(rows)
        masked = rows.with_columns(self._vault.keep(column.personal, rows[name]) for name, column in self._columns.items() if column.personal)
        return masked.select([*self._columns, *QUARANTINE_COLUMNS])

    def _lost_rows(self, broken: list[BrokenRow], part: str) -> pl.DataFrame:
        """Rows without columns. Where the table bears personal data nobody knows which piece is a name: the whole text goes to the vault."""
        if not broken:
            return self._empty_quarantine()
        texts = pl.Series([row.text for row in broken], dtype=pl.String)
        secret = bool(self.table.personal_columns)
        frame = pl.DataFrame({name: pl.Series([None] * len(broken), dtype=pl.String) for name in self._columns}).with_columns(
            _part=pl.lit(part),
            _line=pl.Series([row.line for row in broken], dtype=pl.Int64),
            _reason=pl.Series([row.reason for row in broken], dtype=pl.String),
            _detail=pl.Series([row.reason for row in broken], dtype=pl.String),
            _text=self._vault.keep("text", texts) if secret else texts,
        )
        self._report.rows_without_amount += len(broken) if self.table.yuan else 0
        self._count_reasons(frame)
        return frame.select([*self._columns, *QUARANTINE_COLUMNS])

    def _empty_quarantine(self) -> pl.DataFrame:
        schema: dict[str, pl.DataType] = {name: pl.String() for name in self._columns}
        return pl.DataFrame(
            schema=schema | {"_part": pl.String(), "_line": pl.Int64(), "_reason": pl.String(), "_detail": pl.String(), "_text": pl.String()}
        )

    def _without_persons(self, good: pl.DataFrame) -> pl.DataFrame:
        """Tokens in place of personal data, and the derived columns."""
        if self.table.derived:
            addresses = good["live_addr"].drop_nulls().unique().to_list()
            for name, place_of in PLACES.items():
                places = good["live_addr"].replace_strict(addresses, [place_of(address) for address in addresses], return_dtype=pl.String)
                good = good.with_columns(self._vault.keep("address", places).alias(name))
        return good.with_columns(self._vault.keep(column.personal, good[name]) for name, column in self._columns.items() if column.personal)

    # --- counting ---

    def _count_money(self, frame: pl.DataFrame, raw: pl.DataFrame, bad: pl.Series) -> None:
        if not self.table.yuan:
            return
        amounts = frame[self.table.yuan]
        self._report.fen_read += fen_of(amounts)
        self._report.fen_quarantined += fen_of(amounts.filter(bad))
        self._report.rows_without_amount += int((raw[self.table.yuan].is_null() | amounts.is_null()).sum())

    def _count_reasons(self, rows: pl.DataFrame) -> None:
        for reason, count in rows["_reason"].value_counts(name="rows").iter_rows():
            _count(self._report.quarantined, reason, count)

    def _count_good(self, good: pl.DataFrame) -> None:
        if "vali_flag" in self._columns:
            self._report.void_rows += int((good["vali_flag"] == "0").sum())
        if self.table.month and good.height:
            days = good[self.table.month].drop_nulls()
            if len(days):
                first, last = str(days.min())[:10], str(days.max())[:10]
                self._report.first_day = min(self._report.first_day or first, first)
                self._report.last_day = max(self._report.last_day or last, last)


def contract_names(header: list[str], columns: Mapping[str, Column]) -> dict[str, str]:
    """Delivered name → contract name, whatever the case and blanks; the first of two that mean the same counts."""
    found: dict[str, str] = {}
    for name in header:
        plain = name.strip().strip('"\ufeff').lower()
        if plain in columns and plain not in found.values():
            found[name] = plain
    return found


def fen_of(amounts: pl.Series) -> int:
    """The sum of a money column in whole fen; nulls count nothing."""
    total = amounts.sum()
    return int(total * 100) if total else 0


def _count(counts: dict[str, int], name: str, rows: int) -> None:
    if rows:
        counts[name] = counts.get(name, 0) + rows
