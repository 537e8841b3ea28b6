"""Reading CSV and CSV.gz in blocks, whatever state they are in: UTF-8, GB18030, UTF-16, BOM, quotes, line ends, ragged rows.

A block is cut into physical lines first. A line with the right number of fields goes to polars' parser; every other line is looked at
by itself, so that one stray quote costs one row and never the rows behind it.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import queue
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

import polars as pl

from flows.ingest.batch import BrokenRow, RawBatch
from flows.ingest.errors import DeliveryError

BLOCK_BYTES: Final = 32 << 20
#: A quoted value may hold line breaks; a record longer than this is taken for a stray quote.
MAX_LINES_OF_RECORD: Final = 50
_LINE: Final = "_text"
#: No value holds this control character (it is taken out), so that reading by it gives physical lines.
_NO_SEPARATOR: Final = "\x01"
_NOISE: Final = ((b"\r\n", b"\n"), (b"\x00", b""), (_NO_SEPARATOR.encode(), b""))
#: Every field is either free of quotes or wholly quoted; anything else is left to the careful reader.
_WELL_FORMED: Final = r'^(?:"(?:[^"]|"")*"|[^",]*)(?:,(?:"(?:[^"]|"")*"|[^",]*))*$'


class CsvPart:
    """One CSV file of a delivery."""

    def __init__(self, path: Path, name: str, block_bytes: int = BLOCK_BYTES) -> None:
        self.path = path
        self._name = name
        self._block_bytes = block_bytes
        self._encodings: set[str] = set()

    @property
    def name(self) -> str:
        """Path within the delivery."""
        return self._name

    @property
    def encodings(self) -> set[str]:
        """The encodings met so far."""
        return self._encodings

    def header(self) -> list[str]:
        """The names of the first line."""
        with _open(self.path) as stream:
            first = next(_whole_lines(stream, 1 << 16), b"")
        return _fields(_decode_header(first))

    def batches(self) -> Iterator[RawBatch]:
        """The rows below the header, block by block."""
        names: list[str] | None = None
        line = 1
        for block in _prefetch(self.path, self._block_bytes):
            body = block
            if names is None:
                head, _, body = block.partition(b"\n")
                names = _fields(_decode_header(head))
                if not names:
                    return
                line = 2
            utf8, broken = self._decode(body, line)
            yield _parse(utf8, broken, _distinct(names), line)
            line += body.count(b"\n")

    def _decode(self, block: bytes, first_line: int) -> tuple[bytes, list[BrokenRow]]:
        """The block as UTF-8, line for line; what is no text in any known encoding becomes an empty line and a broken row."""
        for noise, clean in _NOISE:
            if noise in block:
                block = block.replace(noise, clean)
        if block.isascii() or _is_utf8(block):
            self._encodings.add("utf-8")
            return block, []
        return self._decode_mixed(block, first_line)

    def _decode_mixed(self, block: bytes, first_line: int) -> tuple[bytes, list[BrokenRow]]:
        """A block that is not UTF-8 throughout: GB18030, or lines of both."""
        lines = block.split(b"\n")
        beyond_ascii = [not line.isascii() for line in lines]
        valid = [_is_utf8(line) for line in lines]
        accidental = sum(1 for high, ok in zip(beyond_ascii, valid, strict=True) if high and ok)
        foreign = len(lines) - sum(valid)
        # a few lines of a GB18030 file may look like UTF-8 by accident; a share of them means that two files were put together
        trust_utf8 = accidental * 10 > foreign
        decoded: list[str] = []
        broken: list[BrokenRow] = []
        for number, line in enumerate(lines):
            if not beyond_ascii[number]:
                decoded.append(line.decode("ascii"))
                continue
            for encoding in ("utf-8", "gb18030") if trust_utf8 else ("gb18030", "utf-8"):
                try:
                    decoded.append(line.decode(encoding))
                except UnicodeDecodeError:
                    continue
                self._encodings.add(encoding)
                break
            else:
                broken.append(BrokenRow(first_line + number, "encoding", line.decode("utf-8", errors="replace")))
                decoded.append("")
        return "\n".join(decoded).encode(), broken


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    try:
        with _opened(path) as stream:
            yield stream
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DeliveryError(f"{path.name} is no whole gzip file ({error}). It was cut off on its way or is not compressed: fetch it again.") from None


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with contextlib.ExitStack() as stack:
        opened = gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")  # noqa: SIM115 - the stack closes it
        stream = cast(IO[bytes], stack.enter_context(opened))
        mark = stream.read(2)
        stream.seek(0)
        utf16 = mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        yield cast(IO[bytes], _Recoded(stream)) if utf16 else stream


class _Recoded(io.RawIOBase):
    """A UTF-16 stream read as UTF-8."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._text = codecs.getreader("utf-16")(stream)

    def read(self, size: int = -1) -> bytes:
        return self._text.read(size).encode("utf-8")


def _whole_lines(stream: IO[bytes], size: int) -> Iterator[bytes]:
    """Blocks of about ``size`` bytes that end at a line break."""
    rest = b""
    while data := stream.read(size):
        cut = data.rfind(b"\n")
        if cut < 0:
            rest += data
            continue
        yield rest + data[: cut + 1]
        rest = data[cut + 1 :]
    if rest:
        yield rest


def _prefetch(path: Path, size: int) -> Iterator[bytes]:
    """Blocks, decompressed one ahead in a thread (zlib lets the other core work)."""
    blocks: queue.Queue[bytes | BaseException | None] = queue.Queue(maxsize=1)
    stop = threading.Event()

    def put(item: bytes | BaseException | None) -> None:
        while not stop.is_set():
            try:
                blocks.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            with _open(path) as stream:
                for block in _whole_lines(stream, size):
                    put(block)
                    if stop.is_set():
                        return
            put(None)
        except BaseException as error:  # handed to the reader, who raises it
            put(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while (item := blocks.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()


def _decode_header(line: bytes) -> str:
    first = line.split(b"\n", 1)[0].rstrip(b"\r")
    try:
        return first.decode("utf-8-sig")
    except UnicodeDecodeError:
        return first.decode("gb18030", errors="replace")


def _fields(header: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([header]), [])] if header.strip() else []


def _distinct(names: list[str]) -> list[str]:
    """Header names made distinct: a second ``x`` becomes ``x__2`` and is reported as unknown."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}__{seen[name]}")
    return distinct


def _parse(utf8: bytes, broken: list[BrokenRow], names: list[str], first_line: int) -> RawBatch:
    lines = _physical_lines(utf8)
    frame = lines.with_columns(_line=pl.int_range(pl.len(), dtype=pl.UInt32) + pl.lit(first_line, pl.UInt32)).filter(
        pl.col(_LINE).str.len_bytes() > 0
    )
    fields = pl.col(_LINE).str.count_matches(",", literal=True) + 1
    if b'"' in utf8:
        quoted = pl.col(_LINE).str.contains('"', literal=True)
        bare = pl.col(_LINE).str.replace_all('"[^"]*"', "")
        fields = pl.when(quoted).then(bare.str.count_matches(",", literal=True) + 1).otherwise(fields)
        plain = ~quoted | pl.col(_LINE).str.contains(_WELL_FORMED)
        frame = frame.with_columns(_good=plain & (fields == len(names)), _odd=pl.col(_LINE).str.count_matches('"', literal=True) % 2 == 1)
    else:
        frame = frame.with_columns(_good=fields == len(names), _odd=pl.lit(value=False))
    if frame["_good"].all():
        return RawBatch(_fast(utf8 if frame.height == lines.height else None, frame, names), broken)
    good, recovered, worse = _careful(frame, names)
    together = pl.concat([_fast(None, good, names), recovered]).sort("_line") if recovered.height else _fast(None, good, names)
    return RawBatch(together, broken + worse)


def _physical_lines(utf8: bytes) -> pl.DataFrame:
    if not utf8:
        return pl.DataFrame(schema={_LINE: pl.String})
    return pl.read_csv(
        utf8, has_header=False, schema={_LINE: pl.String}, separator=_NO_SEPARATOR, quote_char=None, empty_string_is_null=False, raise_if_empty=False
    )


def _fast(utf8: bytes | None, frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    if frame.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String) | {"_line": pl.UInt32})
    if len(names) == 1:  # polars takes an empty single field for no row at all
        values = [next(csv.reader([line]), [""])[0] for line in frame[_LINE]]
        return pl.DataFrame({names[0]: pl.Series(values, dtype=pl.String), "_line": frame["_line"]})
    body = utf8 if utf8 is not None else ("\n".join(frame[_LINE].to_list()) + "\n").encode()
    parsed = pl.read_csv(body, has_header=False, schema=dict.fromkeys(names, pl.String))
    if parsed.height != frame.height:
        raise AssertionError(f"The CSV parser made {parsed.height} rows of {frame.height} lines.")
    return parsed.with_columns(frame["_line"])


def _careful(frame: pl.DataFrame, names: list[str]) -> tuple[pl.DataFrame, pl.DataFrame, list[BrokenRow]]:
    """Good lines, records that Python's reader could still make out (line breaks or quotes inside values), and broken rows."""
    texts = frame[_LINE].to_list()
    good = frame["_good"].to_list()
    odd = frame["_odd"].to_list()
    numbers = frame["_line"].to_list()
    recovered: list[list[str]] = []
    recovered_lines: list[int] = []
    broken: list[BrokenRow] = []
    used = [False] * len(texts)
    for index, text in enumerate(texts):
        if good[index] or used[index]:
            continue
        used[index] = True
        if odd[index] and (end := _record_end(texts, good, odd, index, len(names))) is not None:
            for inside in range(index, end + 1):
                used[inside] = True
            recovered.append(_record("\n".join(texts[index : end + 1])))
            recovered_lines.append(numbers[index])
            continue
        values = _record(text) if not odd[index] else []
        if len(values) == len(names):
            recovered.append(values)
            recovered_lines.append(numbers[index])
        else:
            broken.append(BrokenRow(numbers[index], "ragged", text))
    keep = pl.Series([ok and not taken for ok, taken in zip(good, used, strict=True)], dtype=pl.Boolean)
    columns: dict[str, pl.Series] = {
        name: pl.Series(name, [row[position] or None for row in recovered], dtype=pl.String) for position, name in enumerate(names)
    }
    rest = pl.DataFrame({**columns, "_line": pl.Series(recovered_lines, dtype=pl.UInt32)})
    return frame.filter(keep), rest, broken


def _record_end(texts: list[str], good: list[bool], odd: list[bool], start: int, width: int) -> int | None:
    """The line at which a record that began with an open quote closes with the right number of fields.

    None when the quote is a stray one: the line is full width without it, or whole rows lie between it and the next quote.
    """
    if texts[start].count(",") + 1 == width:
        return None
    for end in range(start + 1, min(start + MAX_LINES_OF_RECORD, len(texts))):
        if good[end]:
            return None
        if odd[end]:
            record = "\n".join(texts[start : end + 1])
            return end if len(_record(record)) == width else None
    return None


def _record(text: str) -> list[str]:
    """The one record that ``text`` is, or an empty list when it is none or several."""
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []
