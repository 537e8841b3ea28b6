"""Arrow data (Parquet files, database results) as the text blocks the cleaner works on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from flows.ingest.batch import RawBatch
from flows.ingest.errors import DeliveryError

BATCH_ROWS: Final = 200_000


class ParquetPart:
    """One Parquet file of a delivery."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self._name = name

    @property
    def name(self) -> str:
        """Path within the delivery."""
        return self._name

    @property
    def encodings(self) -> set[str]:
        """Parquet holds UTF-8."""
        return {"parquet"}

    def header(self) -> list[str]:
        """The column names."""
        with _readable(self.path):
            return list(pq.read_schema(self.path).names)

    def batches(self) -> Iterator[RawBatch]:
        """The rows, block by block."""
        with _readable(self.path), pq.ParquetFile(self.path) as file:
            yield from as_text(file.iter_batches(batch_size=BATCH_ROWS))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise DeliveryError(f"{path.name} cannot be read as Parquet ({str(error).splitlines()[0]}). Fetch it again, or export it as CSV.") from None


def as_text(batches: Iterable[pa.RecordBatch]) -> Iterator[RawBatch]:
    """Arrow blocks as text blocks; ``_line`` counts rows from 1."""
    line = 1
    for batch in batches:
        frame = pl.DataFrame(pa.Table.from_batches([batch]))
        if frame.height == 0:
            continue
        text = frame.select(_text(name, dtype) for name, dtype in frame.schema.items())
        yield RawBatch(text.with_columns(_line=pl.int_range(pl.len(), dtype=pl.UInt32) + pl.lit(line, pl.UInt32)))
        line += frame.height


def _text(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name)
    if dtype == pl.Boolean:
        return pl.when(value).then(pl.lit("1")).when(~value).then(pl.lit("0")).alias(name)
    if isinstance(dtype, pl.Datetime):
        local = value.dt.replace_time_zone(None) if dtype.time_zone else value
        return local.dt.strftime("%Y-%m-%d %H:%M:%S").alias(name)
    if dtype == pl.Binary:
        return value.cast(pl.String, strict=False).alias(name)
    return value.cast(pl.String).alias(name)
