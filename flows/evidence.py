"""The evidence of every person whom a finding names, kept beside the run for the workbench: ``OUT/evidence/bucket=NNN/NN.parquet``.

The lake stays the only source: what is kept here is used while the lake is the one it was cut from, and whoever is not in it is read from
the lake. ``evidence.json`` names that lake and is written last.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import polars as pl

from features.lake import Lake
from features.person_evidence import INDEX, flat_evidence, slot_of
from features.persons_only import PersonsOnly, home_of
from features.tables import Tables
from flows.steps import Job
from flows.store import write_atomically, write_json

#: Row groups of some fifteen persons: a page reads one.
FORM: Final[dict[str, Any]] = {"compression": "zstd", "compression_level": 3, "statistics": True, "row_group_size": 2_000, "data_page_size": 16_384}


def evidence_step(job: Job, out: Path) -> Path:
    """Writes the evidence of all persons of the run's findings, bucket by bucket, below ``out``. Gives that folder."""
    steps, lake = job.steps(), job.open_lake()
    if steps.finished("evidence"):
        return out
    if not steps.finished("evidence.begun"):
        # another run's: of other persons
        shutil.rmtree(out, ignore_errors=True)
        steps.finish("evidence.begun")
    named = pl.scan_parquet(steps.path("findings.parquet")).select("psn_no").drop_nulls().unique().collect()["psn_no"]
    at_home: dict[str, list[str]] = defaultdict(list)
    for psn_no in named.sort():
        at_home[home_of(psn_no, lake.n_buckets)].append(psn_no)
    for bucket, persons in sorted(at_home.items()):
        marker = f"evidence.{bucket}"
        if not steps.finished(marker):
            write_evidence(lake, bucket, persons, out)
            steps.finish(marker)
    write_json({"lake_fingerprint": lake.fingerprint}, out / INDEX)
    steps.finish("evidence")
    return out


def write_evidence(lake: Lake, bucket: str, persons: list[str], out: Path) -> None:
    """The files of one bucket. Persons without a visit in it are left out: their rows lie elsewhere."""
    seen = lake.scan("mdtrt_d", bucket).select("psn_no").filter(pl.col("psn_no").is_in(persons)).unique().collect()["psn_no"]
    if seen.is_empty():
        return
    slots = {psn_no: str(slot_of(psn_no, lake.n_buckets)) for psn_no in seen}
    flat = flat_evidence(Tables(PersonsOnly(lake, seen), bucket)).with_columns(slot=pl.col("psn_no").replace_strict(slots))
    for (slot,), rows in flat.partition_by("slot", as_dict=True, include_key=False).items():
        write_atomically(out / str(slot), lambda path, rows=rows: rows.write_parquet(path, **FORM))  # type: ignore[misc]  # rows bound now
