"""One load from end to end: read and clean every part, spill by bucket, resolve each bucket against the lake, commit, account."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import polars as pl

from features.contracts import Table, all_tables
from features.lake import WHOLE, Lake, Part
from flows.ingest.batch import Part as SourcePart
from flows.ingest.buckets import bucket_count
from flows.ingest.check import orphans, profile
from flows.ingest.clean import Cleaner, contract_names
from flows.ingest.errors import DeliveryError
from flows.ingest.parse import trimmed
from flows.ingest.quarantine import QUARANTINE, Quarantine
from flows.ingest.report import DeliveryReport, TableReport
from flows.ingest.resolve import resolve
from flows.ingest.source import Delivery, check_headers
from flows.ingest.spill import Spill
from flows.ingest.store import Store, by_month, locked
from flows.ingest.vault import Vault

#: Called with (step, done, of): ``read`` counts parts, ``write`` counts table buckets.
Progress: TypeAlias = Callable[[str, int, int], None]


def load(delivery: Delivery, lake: Path, *, progress: Progress | None = None, n_buckets: int | None = None) -> DeliveryReport:
    """Loads a delivery into the lake and accounts for every row and cent.

    Idempotent and atomic: killed at any moment the lake is as it was or complete, and the same call again finishes.
    Raises DeliveryError (nothing changed) when the delivery cannot be used, AssertionError when the account does not balance.
    """
    tell = progress or (lambda _step, _done, _of: None)
    with locked(lake):
        store = Store(lake)
        unknown = check_headers(delivery.parts, store.tables | set(delivery.waived))
        store.sweep()
        if store.n_buckets is None:
            store.n_buckets = n_buckets or bucket_count(_persons(delivery))
        with Vault(lake, create=True) as vault:
            reports = {name: TableReport(name, all_tables()[name].zh, all_tables()[name].yuan) for name in delivery.parts}
            quarantine = Quarantine(store.staging / QUARANTINE)
            spills = _read(delivery, store, vault, reports, quarantine, tell)
            for name, columns in unknown.items():
                reports[name].columns_unknown = sorted(columns)
            vault.commit()
        _refuse_empty(reports, store, delivery)
        _write(store, spills, reports, quarantine, tell)
        for report in reports.values():
            report.check()
        load_id = _load_id(reports)
        kept = None
        if not quarantine.empty:
            kept = f"{QUARANTINE}/{load_id}"
            quarantine.write(lake / kept)
        changed = store.commit()
        store.sweep_staging()
        reader = Lake(lake)
        return DeliveryReport(
            source=delivery.source,
            load_id=load_id,
            lake=str(lake.absolute()),
            fingerprint=reader.fingerprint,
            changed=changed,
            tables=reports,
            tables_absent={name: table.zh for name, table in all_tables().items() if not reader.has(name)},
            files_ignored=delivery.ignored,
            orphans=orphans(reader),
            profile=profile(reader),
            quarantine=kept,
        )


def _refuse_empty(reports: Mapping[str, TableReport], store: Store, delivery: Delivery) -> None:
    """Raises DeliveryError when a required table has a header and nothing else, and the lake holds no rows of it either."""
    empty = [
        f"{name} ({report.zh})"
        for name, report in reports.items()
        if report.rows_read == 0 and all_tables()[name].need == "required" and name not in store.tables and name not in delivery.waived
    ]
    if empty:
        raise DeliveryError(
            f"Required table(s) without a single row: {', '.join(empty)}; nothing was changed. Was the export cut off, or its period wrong?"
        )


def _persons(delivery: Delivery) -> int:
    """How many persons the delivery names: in the registry of insured persons, or else in the visits."""
    for table in ("psn_info_b", "mdtrt_d"):
        if table in delivery.parts:
            return _distinct_persons(delivery.parts[table], all_tables()[table])
    return 0


def _distinct_persons(parts: list[SourcePart], table: Table) -> int:
    columns = {column.name: column for column in table.columns}
    seen: list[pl.Series] = []
    for part in parts:
        for batch in part.batches():
            given = [old for old, new in contract_names(batch.frame.columns, columns).items() if new == "psn_no"]
            if given:
                seen.append(trimmed(batch.frame.select(given[0])).to_series().alias("psn_no").drop_nulls().unique())
    return pl.concat(seen).n_unique() if seen else 0


def _read(
    delivery: Delivery, store: Store, vault: Vault, reports: Mapping[str, TableReport], quarantine: Quarantine, tell: Progress
) -> dict[str, Spill]:
    """All parts → spill files; broken rows → quarantine."""
    total = sum(len(parts) for parts in delivery.parts.values())
    done = 0
    spills: dict[str, Spill] = {}
    for name, parts in delivery.parts.items():
        table = all_tables()[name]
        report = reports[name]
        cleaner = Cleaner(table, vault, report)
        spill = spills[name] = Spill(store.staging / "spill" / name, table, store.n_buckets or 1)
        encodings: set[str] = set()
        present: set[str] = set()
        for part in parts:
            columns = set(contract_names(part.header(), {column.name: column for column in table.columns}).values())
            present |= columns
            for batch in part.batches():
                cleaned = cleaner.clean(batch, part.name)
                spill.add(cleaned.good)
                quarantine.add(table, cleaned.bad)
            encodings |= part.encodings
            report.files.append(part.name)
            done += 1
            tell("read", done, total)
        spill.flush()
        absent = [column.name for column in table.columns if column.name not in present]
        report.columns_missing = absent
        report.required_columns_missing = [column for column in absent if column in table.required_columns]
        report.encodings = sorted(encodings)
    return spills


def _write(store: Store, spills: Mapping[str, Spill], reports: Mapping[str, TableReport], quarantine: Quarantine, tell: Progress) -> None:
    """Spill files → new parts of the lake, one piece at a time."""
    total = sum(len(spill.pieces) for spill in spills.values())
    done = 0
    for name, spill in spills.items():
        table = all_tables()[name]
        for piece in spill.pieces:
            _write_piece(store, table, piece[0], spill.read(piece), reports[name], quarantine)
            done += 1
            tell("write", done, total)


def _write_piece(store: Store, table: Table, bucket: str, delivered: pl.DataFrame, report: TableReport, quarantine: Quarantine) -> None:
    there = store.months(table.name, bucket)
    touched = _touched(store, table, delivered, there)
    before = {part.month: store.read(part) for part in there if part.month in touched}
    in_lake = pl.concat(before.values()) if before else None
    resolved = resolve(table, delivered, in_lake)
    del delivered, in_lake
    months = by_month(table, resolved.rows)
    for month in sorted({*before, *months}):
        store.put(table, bucket, month, months.get(month, resolved.rows.clear()))
    quarantine.add_losers(table, resolved.losers)
    report.rows_accepted += resolved.accepted
    report.rows_repeated += resolved.repeated
    report.fen_accepted += resolved.fen_accepted
    report.fen_repeated += resolved.fen_repeated
    report.fen_quarantined += resolved.fen_lost
    report.replaced_in_lake += resolved.replaced_in_lake
    for reason, rows in resolved.losers["_reason"].value_counts(name="rows").iter_rows():
        report.quarantined[reason] = report.quarantined.get(reason, 0) + rows


def _touched(store: Store, table: Table, delivered: pl.DataFrame, there: list[Part]) -> set[str]:
    """The months whose parts must be read: those that get rows, and those that hold another version of a delivered key."""
    if not table.month:
        return {WHOLE}
    own = set(delivered[table.month].dt.strftime("%Y-%m").fill_null(WHOLE).unique())
    others = [part for part in there if part.month not in own]
    if table.month in table.key or not others:
        return own
    keys = delivered.select(table.key).unique()
    return own | {part.month for part in others if store.read(part, table.key).join(keys, on=table.key, how="semi", nulls_equal=True).height}


def _load_id(reports: Mapping[str, TableReport]) -> str:
    """The same for the same delivered rows, however they came."""
    content = [(name, r.rows_read, r.fen_read, sorted(r.quarantined.items()), r.first_day, r.last_day) for name, r in sorted(reports.items())]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]
