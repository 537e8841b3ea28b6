"""Reading by key for the evidence pages: some persons' rows, prepared exactly as the rules saw them, as the run kept them or from the lake."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import polars as pl
from django.core.cache import caches

from features.lake import MANIFEST, Lake
from features.person_evidence import FOLDER, INDEX, PersonEvidence, flat_evidence, slot_of
from features.persons_only import PersonsOnly
from features.tables import Tables


def opened(lake: str) -> Lake:
    """The lake with its manifest read; read again only when the manifest has changed."""
    manifest = Path(lake) / MANIFEST
    return _opened(lake, manifest.stat().st_mtime_ns if manifest.is_file() else 0)


@lru_cache(maxsize=4)
def _opened(lake: str, _written: int) -> Lake:
    return Lake(Path(lake))


@lru_cache(maxsize=48)
def person_evidence(folder: str, lake: str, psn_no: str, _fingerprint: str) -> PersonEvidence:
    """What the evidence pages show of one person; kept for the next page of the same evidence.

    As the run in ``folder`` kept it, if it kept the person and the lake is still the one it read; else from the lake. What was read from the
    lake is kept for the other server processes too: the next page is as likely to be theirs.
    """
    whole = opened(lake)
    flat = _kept(Path(folder) / FOLDER, whole, psn_no)
    if flat is None:
        shelf, key = caches["persons"], f"{pl.__version__}:{lake}:{whole.fingerprint}:{psn_no}"
        flat = shelf.get(key)
        if flat is None:
            flat = flat_evidence(Tables(PersonsOnly(whole, [psn_no]), "person"))
            shelf.set(key, flat)
    return PersonEvidence.of(flat)


def _kept(folder: Path, lake: Lake, psn_no: str) -> pl.DataFrame | None:
    """The person's rows as a run kept them; None where it kept none of him, or of another state of the lake."""
    index, slot = folder / INDEX, folder / slot_of(psn_no, lake.n_buckets)
    if not (index.is_file() and slot.is_file()) or _lake_of(index, index.stat().st_mtime_ns) != lake.fingerprint:
        return None
    rows = pl.scan_parquet(slot, glob=False).filter(pl.col("psn_no") == psn_no).collect()
    return None if rows.is_empty() else rows


@lru_cache(maxsize=8)
def _lake_of(index: Path, _written: int) -> str:
    """The fingerprint of the lake that a run's evidence was cut from."""
    fingerprint: str = json.loads(index.read_text(encoding="utf-8"))["lake_fingerprint"]
    return fingerprint


def lines_of_persons(lake: str, psn_nos: Iterable[str]) -> pl.LazyFrame:
    """Fee lines net of refunds of several persons, as the rules saw them."""
    return Tables(PersonsOnly(opened(lake), psn_nos), "persons").lines


def lines_by_id(lake: Lake, ids: list[str], fixmedins_code: str, months: Iterable[str] | None = None) -> pl.DataFrame:
    """Fee lines by their ids, for findings that name no person. Reads one institution's rows of the given months."""
    return (
        lake.scan("fee_list_d", None, months)
        .filter((pl.col("fixmedins_code") == fixmedins_code) & pl.col("bkkp_sn").is_in(ids))
        .collect(engine="streaming")
    )


def months_between(first: object, last: object) -> list[str]:
    """Months (YYYY-MM) from the first date's to the last date's, both included."""
    year, month = int(str(first)[:4]), int(str(first)[5:7])
    end = (int(str(last)[:4]), int(str(last)[5:7]))
    months: list[str] = []
    while (year, month) <= end and len(months) < 120:
        months.append(f"{year:04d}-{month:02d}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months
