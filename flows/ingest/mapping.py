"""Mappings: how another layout is read as the contract's tables. A mapping is a YAML file; the forms of a value are in docs/mapping.md.

``read_mapping`` checks the whole file and the headers of the source files and reports every error at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from features.contracts import all_tables
from features.parameters import did_you_mean
from flows.ingest.batch import Part
from flows.ingest.errors import DeliveryError, MappingError
from flows.ingest.source import part_of

_TOP: Final = ("title", "about", "sources", "tables", "without")
_TABLE: Final = ("from", "where", "unpivot", "join", "helpers", "distinct", "columns", "about")
_JOIN: Final = ("source", "by", "columns")
_UNPIVOT: Final = ("columns", "value", "number")
#: The forms of a value: each name is the key that says which form it is.
FORMS: Final = ("column", "constant", "template", "first_of", "sum_of")
_EXTRAS: Final = ("codes", "otherwise", "slice", "note")
_SHIPPED: Final = Path(__file__).parent.parent / "mappings"
_FIELD: Final = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Value:
    """How one column of the contract comes about; ``codes`` and ``slice`` work on what the form gives."""

    form: str
    given: Any
    codes: Mapping[str, str] | None = None
    otherwise: str | None = None
    slice: tuple[int, int] | None = None

    @property
    def reads(self) -> list[str]:
        """The source columns the value reads."""
        if self.form == "column":
            return [str(self.given)]
        if self.form in ("first_of", "sum_of"):
            return [str(name) for name in self.given]
        return _FIELD.findall(str(self.given)) if self.form == "template" else []


@dataclass(frozen=True, slots=True)
class MappedTable:
    """One table of the contract as made from one source."""

    table: str
    source: str
    columns: Mapping[str, Value]
    where: Mapping[str, tuple[str, ...] | bool]
    unpivot: tuple[tuple[str, ...], str, str] | None
    join: tuple[str, str, tuple[str, ...]] | None
    helpers: Mapping[str, Value]
    distinct: bool


@dataclass(slots=True)
class LayoutMapping:
    """A whole mapping, bound to the files of one delivery."""

    title: str
    sources: dict[str, list[Part]]
    tables: list[MappedTable]
    without: dict[str, str] = field(default_factory=dict)


def shipped_mappings() -> dict[str, Path]:
    """The mappings that come with the program, by name (``--mapping desynpuf``)."""
    return {path.stem: path for path in sorted(_SHIPPED.glob("*.yaml"))}


def read_mapping(path: Path, folder: Path) -> LayoutMapping:
    """The mapping in ``path`` for the delivery in ``folder``. MappingError lists all that is wrong with it, with near names."""
    path = path if path.exists() else shipped_mappings().get(str(path), path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise MappingError(f"Cannot read the mapping {path}: {error}. Give a YAML file, or one of {', '.join(shipped_mappings())}.") from None
    if not isinstance(content, dict):
        raise MappingError(f"The mapping {path.name} must hold sources and tables; see docs/mapping.md.")
    if not folder.is_dir():
        raise DeliveryError(f"No delivery at {folder}: a mapping needs the folder that holds its files.")
    reader = _Reader(folder)
    mapping = reader.read(content)
    if reader.errors:
        raise MappingError(f"The mapping {path.name} has {len(reader.errors)} error(s); nothing was changed:\n  - " + "\n  - ".join(reader.errors))
    return mapping


class _Reader:
    """Reads a mapping and gathers its errors."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[str] = []
        self._headers: dict[str, list[str]] = {}

    def read(self, content: Mapping[str, Any]) -> LayoutMapping:
        self._known_keys(content, _TOP, "the mapping")
        sources = {str(name): self._source(str(name), pattern) for name, pattern in self._dict(content.get("sources"), "sources").items()}
        tables = [
            self._table(name, entry, number)
            for name, entries in self._dict(content.get("tables"), "tables").items()
            for number, entry in enumerate(entries if isinstance(entries, list) else [entries])
        ]
        without = self._dict(content.get("without") or {}, "without")
        for name in without:
            if name not in all_tables():
                self.errors.append(f"without: the contract has no table {name!r}{did_you_mean(str(name), list(all_tables()))}")
        good = [table for table in tables if table is not None]
        return LayoutMapping(str(content.get("title", "")), sources, good, {str(name): str(why) for name, why in without.items()})

    def _source(self, name: str, pattern: object) -> list[Part]:
        files = sorted(file for file in self.folder.glob(str(pattern)) if file.is_file())
        if not files:
            self.errors.append(f"sources.{name}: no file in the delivery matches {pattern!r}")
        parts = [part_of(file, str(file.relative_to(self.folder))) for file in files]
        headers = [part.header() for part in parts]
        self._headers[name] = headers[0] if headers else []
        for part, header in zip(parts, headers, strict=True):
            if set(header) != set(self._headers[name]):
                self.errors.append(f"sources.{name}: {part.name} has other columns than {parts[0].name}")
        return parts

    def _table(self, name: str, entry: object, number: int) -> MappedTable | None:
        place = f"tables.{name}" + (f"[{number}]" if number else "")
        if name not in all_tables():
            self.errors.append(f"{place}: the contract has no such table{did_you_mean(str(name), list(all_tables()))}")
            return None
        if not isinstance(entry, dict):
            self.errors.append(f"{place} must hold from and columns")
            return None
        self._known_keys(entry, _TABLE, place)
        source = str(entry.get("from"))
        if source not in self._headers:
            self.errors.append(f"{place}.from: no source {source!r}{did_you_mean(source, list(self._headers))}")
            return None
        there = list(self._headers[source])
        unpivot = self._unpivot(entry.get("unpivot"), there, place)
        join = self._join(entry.get("join"), there, place)
        there += [*(unpivot[1:] if unpivot else ()), *(join[2] if join else ())]
        helpers = self._helpers(entry.get("helpers"), there, place)
        there += helpers
        where = {str(column): self._condition(wanted) for column, wanted in self._dict(entry.get("where") or {}, f"{place}.where").items()}
        self._columns_there(where, there, f"{place}.where")
        known = {column.name: column for column in all_tables()[name].columns}
        columns: dict[str, Value] = {}
        for column, given in self._dict(entry.get("columns"), f"{place}.columns").items():
            if column not in known:
                self.errors.append(f"{place}: {name} has no column {column!r}{did_you_mean(str(column), list(known))}")
                continue
            value = self._value(given, f"{place}.{column}")
            if value is not None:
                self._columns_there(value.reads, there, f"{place}.{column}")
                columns[column] = value
        lacking = [column for column in all_tables()[name].required_columns if column not in (entry.get("columns") or {})]
        if lacking:
            self.errors.append(f"{place} gives no value for the required column(s) {', '.join(lacking)}")
        return MappedTable(name, source, columns, where, unpivot, join, helpers, bool(entry.get("distinct")))

    def _helpers(self, given: object, there: Sequence[str], place: str) -> dict[str, Value]:
        """Columns made for this table's other values to read."""
        helpers: dict[str, Value] = {}
        for name, entry in self._dict(given or {}, f"{place}.helpers").items():
            value = self._value(entry, f"{place}.helpers.{name}")
            if value is not None:
                self._columns_there(value.reads, there, f"{place}.helpers.{name}")
                helpers[str(name)] = value
        return helpers

    def _value(self, given: object, place: str) -> Value | None:
        if isinstance(given, str):
            return Value("column", given)
        if not isinstance(given, dict):
            self.errors.append(f"{place} must be a source column or one of {', '.join(FORMS)}; constants are written {{constant: …}}")
            return None
        self._known_keys(given, (*FORMS, *_EXTRAS), place)
        forms = [form for form in FORMS if form in given]
        if len(forms) != 1:
            self.errors.append(f"{place} needs exactly one of {', '.join(FORMS)}, not {', '.join(forms) or 'none'}")
            return None
        form = forms[0]
        if form in ("first_of", "sum_of") and not isinstance(given[form], list):
            self.errors.append(f"{place}.{form} must be a list of source columns")
            return None
        codes = given.get("codes")
        cut = given.get("slice")
        if cut is not None and not (isinstance(cut, list) and len(cut) == 2 and all(isinstance(number, int) for number in cut)):
            self.errors.append(f"{place}.slice must be [first, length], counted from 0")
            return None
        return Value(
            form,
            given[form],
            None if codes is None else {str(old): str(new) for old, new in self._dict(codes, f"{place}.codes").items()},
            None if given.get("otherwise") is None else str(given["otherwise"]),
            None if cut is None else (cut[0], cut[1]),
        )

    def _unpivot(self, given: object, there: Sequence[str], place: str) -> tuple[tuple[str, ...], str, str] | None:
        if given is None:
            return None
        entry = self._dict(given, f"{place}.unpivot")
        self._known_keys(entry, _UNPIVOT, f"{place}.unpivot")
        columns = [str(name) for name in entry.get("columns") or []]
        if not columns:
            self.errors.append(f"{place}.unpivot needs columns, the source columns to be set below each other")
        self._columns_there(columns, there, f"{place}.unpivot")
        return tuple(columns), str(entry.get("value", "value")), str(entry.get("number", "number"))

    def _join(self, given: object, there: Sequence[str], place: str) -> tuple[str, str, tuple[str, ...]] | None:
        if given is None:
            return None
        entry = self._dict(given, f"{place}.join")
        self._known_keys(entry, _JOIN, f"{place}.join")
        source, on = str(entry.get("source")), str(entry.get("by"))
        columns = tuple(str(name) for name in entry.get("columns") or [])
        if source not in self._headers:
            self.errors.append(f"{place}.join: no source {source!r}{did_you_mean(source, list(self._headers))}")
            return None
        self._columns_there([on], there, f"{place}.join")
        self._columns_there([on, *columns], self._headers[source], f"{place}.join")
        return source, on, columns

    def _condition(self, wanted: object) -> tuple[str, ...] | bool:
        if isinstance(wanted, bool):
            return wanted
        return tuple(str(value) for value in wanted) if isinstance(wanted, list) else (str(wanted),)

    def _columns_there(self, names: Sequence[str] | Mapping[str, Any], there: Sequence[str], place: str) -> None:
        for name in names:
            if name not in there:
                self.errors.append(f"{place}: the source has no column {name!r}{did_you_mean(name, list(there))}")

    def _known_keys(self, given: Mapping[str, Any], known: Sequence[str], place: str) -> None:
        for key in given:
            if key not in known:
                self.errors.append(f"{place}: unknown word {key!r}{did_you_mean(str(key), list(known))}")

    def _dict(self, given: object, place: str) -> Mapping[Any, Any]:
        if isinstance(given, dict):
            return given
        self.errors.append(f"{place} must be a mapping of names")
        return {}
