"""Adds a local table, one the contract does not know, to a drawn lake."""

from __future__ import annotations

import json

import polars as pl

from features.lake import MANIFEST, Lake
from features.tables import Tables


def with_table(t: Tables, name: str, columns: dict[str, list[str]]) -> Tables:
    """The same city with one more table of text columns."""
    path = t.lake.root / f"{name}.parquet"
    pl.DataFrame(columns).write_parquet(path)
    manifest = json.loads((t.lake.root / MANIFEST).read_text(encoding="utf-8"))
    part = {"table": name, "bucket": "all", "month": "all", "path": path.name, "rows": len(next(iter(columns.values()))), "digest": ""}
    manifest["parts"].append(part)
    manifest["schemas"] = {**manifest["schemas"], name: dict.fromkeys(columns, "string")}
    (t.lake.root / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return Tables(Lake(t.lake.root), t.bucket)
