"""Deliveries into the lake: ``ingest(source, lake)`` reads, cleans, tells apart, stores and accounts for every row."""

from __future__ import annotations

from pathlib import Path

from flows.ingest.errors import DeliveryError, MappingError, VaultError
from flows.ingest.load import Progress, load
from flows.ingest.mapped import discover_mapped
from flows.ingest.read_sql import is_database, open_database
from flows.ingest.report import DeliveryReport, TableReport
from flows.ingest.source import discover
from flows.ingest.vault import Vault
from flows.ingest.write_report import write_report

__all__ = ["DeliveryError", "DeliveryReport", "MappingError", "TableReport", "Vault", "VaultError", "ingest", "write_report"]


def ingest(
    source: Path | str, lake: Path, *, mapping: Path | None = None, progress: Progress | None = None, n_buckets: int | None = None
) -> DeliveryReport:
    """Loads a delivery into the lake: a folder in the contract's layout, one in another layout with ``mapping``, or a database URL.

    Idempotent and atomic: a run killed at any moment leaves the lake as it was or complete; the same call again finishes, and loading
    what is there already changes nothing. ``n_buckets`` only matters when the lake is new (default: by the number of persons).

    Raises DeliveryError (MappingError, VaultError) when the delivery cannot be used; the lake is then as it was.
    """
    if is_database(str(source)):
        if mapping is not None:
            raise MappingError(
                "A mapping reads files; export the database's tables as CSV or Parquet first, or offer views named as in the contract."
            )
        with open_database(str(source)) as delivery:
            return load(delivery, lake, progress=progress, n_buckets=n_buckets)
    delivery = discover(Path(source)) if mapping is None else discover_mapped(Path(source), mapping)
    return load(delivery, lake, progress=progress, n_buckets=n_buckets)
