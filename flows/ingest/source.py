"""What a delivery folder holds: which files belong to which table of the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from features.contracts import all_tables
from features.parameters import did_you_mean
from flows.ingest.batch import Part
from flows.ingest.errors import DeliveryError
from flows.ingest.read_csv import CsvPart
from flows.ingest.read_parquet import ParquetPart

_DATA_FILE: Final = re.compile(r"\.(csv|csv\.gz|parquet)$", re.IGNORECASE)
#: What some exports put in place of commas.
OTHER_SEPARATORS: Final = (";", "\t", "|")
#: Kept beside data without being data.
_COMPANIONS: Final = re.compile(r"^(readme.*|licen[cs]e.*|_success|_metadata|\..*)$", re.IGNORECASE)


@dataclass(slots=True)
class Delivery:
    """The parts of every delivered table, in a fixed order, and the files that belong to none."""

    source: str
    parts: dict[str, list[Part]]
    ignored: list[str] = field(default_factory=list)
    #: Required tables the layout cannot give, with the reason the mapping states.
    waived: dict[str, str] = field(default_factory=dict)


def discover(folder: Path) -> Delivery:
    """Reads the folder's listing: ``<table>.csv[.gz]``, ``<table>.parquet`` or a folder ``<table>/`` of such parts.

    Raises DeliveryError when the folder is missing or holds no table of the contract.
    """
    if not folder.is_dir():
        raise DeliveryError(f"No delivery at {folder}: give a folder with one file or folder a table, for example fee_list_d.csv.gz.")
    parts: dict[str, list[Part]] = {}
    ignored: list[str] = []
    for path in sorted(folder.iterdir()):
        table = _DATA_FILE.sub("", path.name).lower()
        if table not in all_tables():
            if not _COMPANIONS.match(path.name):
                ignored.append(path.name + did_you_mean(table, list(all_tables())).rstrip("."))
            continue
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_dir() or _COMPANIONS.match(file.name):
                continue
            if _DATA_FILE.search(file.name):
                parts.setdefault(table, []).append(part_of(file, str(file.relative_to(folder))))
            else:
                ignored.append(str(file.relative_to(folder)))
    if not parts:
        raise DeliveryError(
            f"{folder} holds no table of the contract. Expected files such as mdtrt_d.csv, setl_d.csv.gz, fee_list_d.parquet or folders of that "
            "name; for another layout give --mapping."
        )
    return Delivery(folder.name, parts, ignored)


def part_of(file: Path, name: str) -> Part:
    """The reader for one file, by its ending."""
    return ParquetPart(file, name) if file.name.lower().endswith(".parquet") else CsvPart(file, name)


def check_headers(parts: Mapping[str, Sequence[Part]], not_needed: set[str]) -> dict[str, list[str]]:
    """Table → unknown columns met. Raises DeliveryError listing every required table that is absent and every required column it lacks."""
    from flows.ingest.clean import contract_names  # noqa: PLC0415 - clean imports the readers' types

    problems: list[str] = []
    unknown: dict[str, list[str]] = {}
    for name, table in all_tables().items():
        if table.need == "required" and name not in parts and name not in not_needed:
            problems.append(f"required table {name} ({table.zh}) is absent")
        columns = {column.name: column for column in table.columns}
        for part in parts.get(name, []):
            header = part.header()
            if not header:
                continue
            separator = next((sign for sign in OTHER_SEPARATORS if len(header) == 1 and sign in header[0]), None)
            if separator:
                problems.append(f"{part.name} is separated by {separator!r}; expected commas: export it again as comma-separated CSV")
                continue
            found = contract_names(header, columns)
            extra = [given for given in header if given not in found]
            unknown.setdefault(name, []).extend(given for given in extra if given not in unknown.get(name, []))
            lacking = [column for column in table.required_columns if column not in found.values()]
            if lacking and table.need == "required":
                hints = [f"{column}{did_you_mean(column, extra).rstrip('.')}" for column in lacking]
                problems.append(f"{part.name} lacks the required column(s) {', '.join(hints)}")
    if problems:
        raise DeliveryError(f"The delivery cannot be loaded ({len(problems)} problem(s)); nothing was changed:\n  - " + "\n  - ".join(problems))
    return unknown
