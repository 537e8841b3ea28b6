"""Writing a delivery: one folder of parts a table, CSV (gzip) or Parquet, with the forms real exports come in."""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from simulation.tables import columns, types

DATE_FORMS = ("%Y-%m-%d", "%Y%m%d")
TIME_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S")


@dataclass(slots=True)
class Forms:
    """How one part is written: encoding, date form, quoting, and how codes and numbers have drifted."""

    encoding: str = "utf-8"
    compact_dates: bool = False
    quoted: bool = False
    drift: bool = False


@dataclass(slots=True)
class Delivery:
    """An output folder. ``add`` writes one part of a table at once; nothing is held in memory."""

    root: Path
    form: str = "csv.gz"
    parts: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, frame: pl.DataFrame, forms: Forms | None = None, *, extra: list[str] | None = None, number: int | None = None) -> None:
        """Writes the frame as the table's next part. ``extra`` are broken raw lines appended to a CSV part."""
        forms = forms or Forms()
        serial = self.parts.get(table, 0) + 1 if number is None else number
        if number is None:
            self.parts[table] = serial
        self.rows[table] = self.rows.get(table, 0) + frame.height
        folder = self.root / table
        folder.mkdir(parents=True, exist_ok=True)
        if self.form == "parquet":
            numbers = [pl.col(name).cast(pl.Int64, strict=False) for name in ("med_type", "hosp_lv") if forms.drift and name in frame.columns]
            frame.with_columns(numbers).write_parquet(folder / f"part-{serial:05d}.parquet", compression="zstd")
            return
        text = _text(table, frame, forms)
        if extra:
            text += "".join(line + "\n" for line in extra)
        data = text.encode(forms.encoding, errors="replace")
        path = folder / f"part-{serial:05d}.csv.gz"
        with path.open("wb") as handle, gzip.GzipFile(filename="", mode="wb", fileobj=handle, compresslevel=1, mtime=0) as packed:
            packed.write(data)

    def whole(self, table: str, frame: pl.DataFrame, forms: Forms | None = None) -> None:
        """Writes a small table as one file."""
        self.rows[table] = frame.height
        self.root.mkdir(parents=True, exist_ok=True)
        if self.form == "parquet":
            frame.write_parquet(self.root / f"{table}.parquet", compression="zstd")
            return
        forms = forms or Forms()
        with (
            (self.root / f"{table}.csv.gz").open("wb") as handle,
            gzip.GzipFile(filename="", mode="wb", fileobj=handle, compresslevel=1, mtime=0) as packed,
        ):
            packed.write(_text(table, frame, forms).encode(forms.encoding, errors="replace"))


def _text(table: str, frame: pl.DataFrame, forms: Forms) -> str:
    kind = {name: types()[table, name] for name in columns()[table]}
    date_form, time_form = DATE_FORMS[forms.compact_dates], TIME_FORMS[forms.compact_dates]
    made = []
    for name in frame.columns:
        column = pl.col(name)
        if kind[name] == "date" and frame.schema[name] in (pl.Date, pl.Datetime("us")):
            made.append(column.dt.strftime(date_form))
        elif kind[name] == "datetime" and frame.schema[name] == pl.Datetime("us"):
            made.append(column.dt.strftime(time_form))
        elif forms.drift and name == "hosp_lv":
            made.append(column.str.strip_chars_start("0"))
        else:
            made.append(column)
    buffer = io.BytesIO()
    frame.select(made).write_csv(buffer, quote_style="always" if forms.quoted else "necessary")
    return buffer.getvalue().decode("utf-8")


def broken_lines(table: str, frame: pl.DataFrame, rng: np.random.Generator, count: int) -> list[str]:
    """Rows as transfers break them: cut short, shifted, letters where numbers belong, impossible dates; no real row is lost."""
    if not frame.height:
        return []
    names = columns()[table]
    kind = [types()[table, name] for name in names]
    out = []
    for row in frame.sample(min(count, frame.height), seed=int(rng.integers(2**31))).iter_rows():
        cells = ["" if cell is None else str(cell).split(".")[0] if hasattr(cell, "year") else str(cell) for cell in row]
        cells[0] = f"{cells[0][:-1]}X"
        mode = int(rng.integers(3))
        if mode == 0:
            out.append(",".join(cells[: max(2, len(cells) // 3)]))
        elif mode == 1:
            cells = [("2024-13-45" if k in ("date", "datetime") and cell else cell) for cell, k in zip(cells, kind, strict=True)]
            out.append(",".join(cells))
        else:
            cells = [("N/A" if k in ("money", "price", "quantity") and cell else cell) for cell, k in zip(cells, kind, strict=True)]
            out.append(",".join(cells))
    return out
