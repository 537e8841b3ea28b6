"""Text to dates, numbers and codes, one column at a time. What cannot be read is null in the result; the caller decides what follows."""

from __future__ import annotations

import datetime as dt
import decimal
import unicodedata
from typing import Final

import polars as pl

from features.contracts.codes import canonical

#: Written by exporting systems where they mean nothing.
NULL_WORDS: Final = ("", "NULL", "null", "Null", "\\N", "None", "nan", "NaN", "NaT", "<NA>")
#: The forms that make up nearly all of every delivery, by their length.
_FAST: Final = ((19, "%Y-%m-%d %H:%M:%S"), (14, "%Y%m%d%H%M%S"), (10, "%Y-%m-%d"), (8, "%Y%m%d"))
_DIGITS: Final = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 8: "%Y%m%d"}
_SLOW: Final = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d", "%Y.%m.%d", "%Y年%m月%d日")


def trimmed(frame: pl.DataFrame) -> pl.DataFrame:
    """The text columns without blanks at their ends; words for "nothing" become null."""
    stripped = frame.select(pl.col(pl.String).str.strip_chars(), pl.exclude(pl.String))
    wordy = stripped.select(pl.col(pl.String).is_in(NULL_WORDS).any())
    touched = [name for name in wordy.columns if wordy.item(0, name)]
    return stripped.with_columns(pl.when(~pl.col(name).is_in(NULL_WORDS)).then(pl.col(name)) for name in touched)


def to_datetime(values: pl.Series) -> pl.Series:
    """Datetime("us") of all the forms deliveries use, mixed within one column; null where there is no reading."""
    lengths = values.str.len_bytes()
    present = set(lengths.drop_nulls().unique())
    result = pl.Series(values.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(values))
    for length, form in _FAST:
        if length not in present:
            continue
        fitting = values.set(lengths != length, None) if len(present) > 1 else values
        if length > 10:
            parsed = fitting.str.to_datetime(form, strict=False, time_unit="us")
        else:
            parsed = fitting.str.to_date(form, strict=False).cast(pl.Datetime("us"))
        result = parsed if len(present) == 1 else pl.select(pl.coalesce(result, parsed)).to_series()
    unread = values.is_not_null() & result.is_null()
    if unread.any():
        words = values.filter(unread).unique().to_list()
        read = pl.DataFrame({"word": words, "time": [_slow_datetime(word) for word in words]}, schema={"word": pl.String, "time": pl.Datetime("us")})
        late = values.to_frame("word").join(read, on="word", how="left", maintain_order="left")["time"]
        result = pl.select(pl.coalesce(result, late)).to_series()
    return result.alias(values.name)


def _slow_datetime(word: str) -> dt.datetime | None:
    plain = word.strip("'\"").replace("T", " ").removesuffix("Z")
    head, dot, tail = plain.rpartition(".")
    if dot and ":" in head and tail.isdigit():
        plain = head  # fractions of a second carry nothing here
    # strptime reads 202401010726 as 07:02:06; digits alone are read by their number only
    forms = [form] if (form := _DIGITS.get(len(plain))) and plain.isdigit() else [] if plain.isdigit() else _SLOW
    for form in forms:
        try:
            return dt.datetime.strptime(plain, form)  # noqa: DTZ007 - the bureau's times are local and carry no zone
        except ValueError:
            continue
    return None


def is_no_date(values: pl.Series) -> pl.Series:
    """True for the zero dates databases write for "nothing": 0000-00-00, 00000000, 0."""
    return values.str.contains(r"^[0\-/ :.]+$").fill_null(value=False)


def to_decimal(values: pl.Series, scale: int) -> pl.Series:
    """Decimal(18, scale), rounded half to even; null where there is no number or it does not fit."""
    result = values.cast(pl.Decimal(18, scale), strict=False)
    unread = values.is_not_null() & result.is_null()
    if unread.any():
        words = values.filter(unread).unique().to_list()
        read = pl.DataFrame(
            {"word": words, "number": [_slow_decimal(word, scale) for word in words]},
            schema={"word": pl.String, "number": pl.Decimal(18, scale)},
        )
        late = values.to_frame("word").join(read, on="word", how="left", maintain_order="left")["number"]
        result = pl.select(pl.coalesce(result, late)).to_series()
    return result.alias(values.name)


def _slow_decimal(word: str, scale: int) -> decimal.Decimal | None:
    plain = unicodedata.normalize("NFKC", word).strip("'\" ").lstrip("¥￥")
    whole, _, part = plain.partition(".")
    if "," in whole and all(len(group) == 3 for group in whole.split(",")[1:]):
        plain = f"{whole.replace(',', '')}.{part}" if part else whole.replace(",", "")
    try:
        number = decimal.Decimal(plain)
    except decimal.InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= decimal.Decimal(10) ** (18 - scale):
        return None
    return number.quantize(decimal.Decimal(1).scaleb(-scale), rounding=decimal.ROUND_HALF_EVEN)


def rounded_away(values: pl.Series, numbers: pl.Series, scale: int) -> int:
    """How many values had more decimals than the contract keeps, beyond the noise of binary fractions (59.860000000001)."""
    delivered = values.cast(pl.Float64, strict=False)
    beyond = (delivered - numbers.cast(pl.Float64)).abs() > 10.0 ** -(scale + 2)
    return int(beyond.sum())


def to_codes(values: pl.Series, list_name: str) -> tuple[pl.Series, int, dict[str, int]]:
    """The codes as their list writes them, how many were rewritten, and the unknown ones (left as they are) with their rows."""
    counts = values.drop_nulls().value_counts(name="rows")
    forms: dict[str, str] = {}
    unknown: dict[str, int] = {}
    rewritten = 0
    for value, rows in counts.iter_rows():
        form = canonical(list_name, value)
        if form is None:
            unknown[value] = rows
        elif form != value:
            forms[value] = form
            rewritten += rows
    return (values.replace(forms) if forms else values), rewritten, unknown
