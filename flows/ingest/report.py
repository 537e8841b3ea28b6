"""The account of one load: per table every row read and every cent, and what was found wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

#: Why a row was not taken: reason → Chinese wording of the report. Every reason ingest can give stands here.
REASONS: Final[Mapping[str, str]] = {
    "ragged": "列数与表头不符，无法拆分",
    "encoding": "文字编码无法识别",
    "missing_column": "文件缺少必填列",
    "missing_required": "必填项为空",
    "damaged_id": "编号被电子表格转成科学计数法，已失真",
    "bad_date": "日期时间无法识别",
    "bad_number": "数字无法识别",
    "implausible": "数值不可能成立",
    "superseded": "同一主键已有更新、更完整的记录",
    "conflict": "同一主键内容不一致，取对机构有利的一条",
}
#: Reasons that say a row is not broken but another version of it stands.
VERSION_REASONS: Final = ("superseded", "conflict")


@dataclass(slots=True)
class Flaw:
    """Cells of one column that were kept as something else than delivered: how many, and a few of the delivered values."""

    rows: int = 0
    samples: list[str] = field(default_factory=list)

    def add(self, rows: int, samples: list[str]) -> None:
        """Counts more cells; keeps the five smallest different values, so that the order of rows does not show."""
        self.rows += rows
        self.samples = sorted({*self.samples, *samples})[:5]


@dataclass(slots=True)
class TableReport:
    """One table of one load. Rows and fen: read = accepted + repeated + quarantined."""

    table: str
    zh: str
    yuan_column: str | None = None
    files: list[str] = field(default_factory=list)
    encodings: list[str] = field(default_factory=list)
    rows_read: int = 0
    rows_accepted: int = 0
    rows_repeated: int = 0
    quarantined: dict[str, int] = field(default_factory=dict)
    replaced_in_lake: int = 0
    fen_read: int = 0
    fen_accepted: int = 0
    fen_repeated: int = 0
    fen_quarantined: int = 0
    rows_without_amount: int = 0
    columns_missing: list[str] = field(default_factory=list)
    required_columns_missing: list[str] = field(default_factory=list)
    columns_unknown: list[str] = field(default_factory=list)
    unknown_codes: dict[str, dict[str, int]] = field(default_factory=dict)
    recoded: dict[str, int] = field(default_factory=dict)
    blanked: dict[str, Flaw] = field(default_factory=dict)
    implausible_kept: dict[str, int] = field(default_factory=dict)
    rounded: dict[str, int] = field(default_factory=dict)
    void_rows: int = 0
    first_day: str | None = None
    last_day: str | None = None

    @property
    def rows_quarantined(self) -> int:
        """All rows set aside, whatever the reason."""
        return sum(self.quarantined.values())

    def check(self) -> None:
        """Raises AssertionError, naming the table, unless rows and fen balance."""
        rows = self.rows_accepted + self.rows_repeated + self.rows_quarantined
        fen = self.fen_accepted + self.fen_repeated + self.fen_quarantined
        if rows != self.rows_read or fen != self.fen_read:
            raise AssertionError(
                f"{self.table} does not balance: {self.rows_read} rows read but {rows} accounted for, "
                f"{self.fen_read} fen read but {fen} accounted for. This is a fault of the program; the lake was left as it was."
            )


@dataclass(slots=True)
class DeliveryReport:
    """One load: where from, what stands in the lake now, table by table.

    ``lake`` is its folder, ``quarantine`` the folder of rows set aside within it; ``orphans`` are rows whose partner is not there (yet).
    """

    source: str
    load_id: str
    lake: str
    fingerprint: str
    changed: bool
    tables: dict[str, TableReport]
    tables_absent: dict[str, str] = field(default_factory=dict)
    files_ignored: list[str] = field(default_factory=list)
    orphans: dict[str, int] = field(default_factory=dict)
    profile: dict[str, int] = field(default_factory=dict)
    quarantine: str | None = None

    @property
    def rows_read(self) -> int:
        """Rows read over all tables."""
        return sum(table.rows_read for table in self.tables.values())

    @property
    def rows_accepted(self) -> int:
        """Rows new to the lake over all tables."""
        return sum(table.rows_accepted for table in self.tables.values())

    @property
    def rows_repeated(self) -> int:
        """Rows that stood already, or came twice, over all tables."""
        return sum(table.rows_repeated for table in self.tables.values())

    @property
    def rows_quarantined(self) -> int:
        """Rows set aside over all tables."""
        return sum(table.rows_quarantined for table in self.tables.values())

    def as_plain(self) -> dict[str, Any]:
        """Plain types, as in ``delivery_report.json``. Yuan are strings with two decimals."""
        plain = asdict(self)
        plain["lake"] = Path(self.lake).name
        for name, table in self.tables.items():
            entry = plain["tables"][name]
            entry["rows_quarantined"] = table.rows_quarantined
            for key in ("read", "accepted", "repeated", "quarantined"):
                entry[f"yuan_{key}"] = yuan(entry.pop(f"fen_{key}"))
        return plain

    @classmethod
    def load(cls, path: Path) -> DeliveryReport:
        """Reads back a ``delivery_report.json``."""
        plain = json.loads(path.read_text(encoding="utf-8"))
        tables = {}
        for name, entry in plain.pop("tables").items():
            entry.pop("rows_quarantined")
            for key in ("read", "accepted", "repeated", "quarantined"):
                entry[f"fen_{key}"] = round(float(entry.pop(f"yuan_{key}")) * 100)
            entry["blanked"] = {column: Flaw(**flaw) for column, flaw in entry["blanked"].items()}
            tables[name] = TableReport(**entry)
        plain.pop("rules_not_run", None)
        return cls(tables=tables, **plain)


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals: ``-1234`` → ``-12.34``."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
