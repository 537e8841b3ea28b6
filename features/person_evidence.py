"""What the evidence pages show of a person, cut out of the prepared tables: one flat frame that a run keeps and a page reads in one go.

The frame has one row for every row of the tables below, marked with ``table`` and ``psn_no``; columns that a table lacks are null there.
So a person's evidence costs one read of one small file instead of one of every table and month of the lake.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from features.persons_only import home_of
from features.tables import Tables

_VISIT = ("mdtrt_id", "fixmedins_code", "med_type", "inpatient", "begn_date", "end_date")
_MEDICAL = ("main_dx", "dscg_maindiag_name", "adm_dept_name", "chfpdr_code")
#: Table → its columns that are shown, beside ``psn_no``.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "persons": ("psn_name",),
    "visits": (*_VISIT, *_MEDICAL),
    "stays": (*_VISIT, *_MEDICAL, "los", "fee_fen", "drg_code", "pay_std_fen"),
    "settlements": ("mdtrt_id", "setl_id", "setl_time", "fee_fen", "inscp_fen", "fund_fen"),
    "lines": (
        *("mdtrt_id", "fixmedins_code", "med_type", "inpatient", "bkkp_sn", "time", "date", "hilist_code", "hilist_name"),
        *("med_chrgitm_type", "cnt", "pric", "fee_fen", "inscp_fen", "bilg_dept_name"),
    ),
    "scenes": ("fixmedins_code", "scene_type", "begntime"),
}
_TYPES: Final[dict[pl.DataType, tuple[str, ...]]] = {
    pl.Boolean(): ("inpatient",),
    pl.Date(): ("begn_date", "end_date", "date"),
    pl.Datetime("us"): ("setl_time", "time", "begntime"),
    pl.Int64(): ("los", "fee_fen", "inscp_fen", "fund_fen", "pay_std_fen"),
    pl.Float64(): ("cnt", "pric"),
}
_TYPE_OF = {name: dtype for dtype, names in _TYPES.items() for name in names}
#: The flat frame's columns; what is not named above is text.
FLAT_SCHEMA: Final[dict[str, pl.DataType]] = {
    name: _TYPE_OF.get(name, pl.String()) for name in dict.fromkeys(["psn_no", "table", *(name for names in COLUMNS.values() for name in names)])
}
#: Folder of a run's evidence, and the file in it that names the lake it was cut from: written last.
FOLDER: Final = "evidence"
INDEX: Final = "evidence.json"
#: Files of a bucket, so that none has more than some 750 persons: reading one begins with the description of all its row groups.
SLOTS: Final = 16


@dataclass(frozen=True, slots=True)
class PersonEvidence:
    """The rows of one person, each table in the lake's order, with the columns of ``COLUMNS``."""

    persons: pl.DataFrame
    visits: pl.DataFrame
    stays: pl.DataFrame
    settlements: pl.DataFrame
    lines: pl.DataFrame
    scenes: pl.DataFrame

    @classmethod
    def of(cls, flat: pl.DataFrame) -> PersonEvidence:
        """The tables, of one person's rows of the flat frame."""
        return cls(**{table: flat.filter(pl.col("table") == table).select(names) for table, names in COLUMNS.items()})


def flat_evidence(t: Tables) -> pl.DataFrame:
    """The flat frame of all persons of the tables, ordered by person and table."""
    frames: dict[str, pl.LazyFrame] = {table: getattr(t, table) for table in COLUMNS if table != "scenes"}
    if t.has("scene_rcd_d"):
        frames["scenes"] = t.raw("scene_rcd_d")
    parts = [
        frame.select(pl.lit(table).alias("table") if name == "table" else _column(name, table) for name in FLAT_SCHEMA)
        for table, frame in frames.items()
    ]
    flat: pl.DataFrame = pl.concat(parts).sort("psn_no", maintain_order=True).collect()
    return flat


def _column(name: str, table: str) -> pl.Expr:
    shown = name == "psn_no" or name in COLUMNS[table]
    return (pl.col(name) if shown else pl.lit(None)).cast(FLAT_SCHEMA[name]).alias(name)


def slot_of(psn_no: str, n_buckets: int) -> Path:
    """Where a person's evidence lies, below the folder of a run's evidence: ``bucket=007/03.parquet``."""
    return Path(f"bucket={home_of(psn_no, n_buckets)}") / f"{zlib.crc32(psn_no.encode()) // n_buckets % SLOTS:02d}.parquet"
