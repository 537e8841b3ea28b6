"""Every rule over a lake: CPU seconds of each, the slowest with their share, wall time and peak memory on several processes.

    python -m bench.rules OUT --processes 2 [--buckets N]

``OUT`` is the folder of a finished ``huoyan run``: its lake is judged anew, bucket by bucket, each process taking the next bucket, and the
rules of the whole city on the facts and extracts the run left. Features are not counted, preparing the tables is. Nothing is written.
"""

from __future__ import annotations

import argparse
import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, process_time
from typing import Final

import polars as pl

from features.lake import Lake
from features.parameters import City
from features.tables import Tables
from flows.steps import Job, scan_buckets
from models.rule import all_rules
from models.run_rules import run_city_rule, run_extract, runnable, settle

TABLES: Final = "(prepared tables)"
PREPARED: Final = ("visits", "settlements", "stays", "lines", "diagnoses", "operations")


def bucket_seconds(lake: Path, bucket: str) -> tuple[dict[str, float], int, float]:
    """CPU seconds by rule on one bucket, its fee lines, and the process's peak memory in GB so far."""
    t, city = Tables(Lake(lake), bucket), City.load(None)
    ready, _ = runnable(all_rules(), t.lake.tables)
    spent: dict[str, float] = {}
    begun = process_time()
    for name in PREPARED:
        getattr(t, name)
    spent[TABLES] = process_time() - begun
    for unit in ready:
        begun = process_time()
        if unit.extract is not None:
            run_extract(t, unit, city)
        if unit.scope == "person":
            settle(run_city_rule(t, unit, city), unit, t.lines, t.stays)
        spent[unit.rule_id] = process_time() - begun
    lines = int(t.lake.scan("fee_list_d", bucket).select(pl.len()).collect().item())
    return spent, lines, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def city_seconds(out: Path) -> dict[str, float] | None:
    """CPU seconds of the rules that see the whole city, settling included; None when ``out`` was not finished by this very code."""
    job = Job.of(out / "lake", out / "work", None)
    if not job.steps().finished("city"):
        return None
    facts = {path.stem: pl.scan_parquet(path) for path in (out / "facts").glob("*.parquet")}
    lines, stays = scan_buckets(job, "lines"), scan_buckets(job, "stays")
    spent: dict[str, float] = {}
    for unit in job.rules()[0]:
        if unit.scope == "city":
            begun = process_time()
            extracted = scan_buckets(job, f"extract.{unit.rule_id}") if unit.extract else None
            settle(run_city_rule(Tables(job.open_lake(), facts=facts, extracted=extracted), unit, job.city()), unit, lines, stays)
            spent[unit.rule_id] = process_time() - begun
    return spent


def main() -> None:
    """Prints the total, what 20 M lines would take at the same rate, and the ten slowest rules."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--buckets", type=int, help="only the first so many")
    options = parser.parse_args()
    lake = options.out / "lake"
    buckets = Lake(lake).buckets[: options.buckets]
    spent: dict[str, float] = {}
    lines, peak = 0, 0.0
    begun = monotonic()
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        for by_rule, rows, used in pool.map(bucket_seconds, [lake] * len(buckets), buckets):
            for rule_id, seconds in by_rule.items():
                spent[rule_id] = spent.get(rule_id, 0.0) + seconds
            lines, peak = lines + rows, max(peak, used)
    wall, cpu = monotonic() - begun, sum(spent.values())
    print(f"{lines:,} fee lines in {len(buckets)} buckets, {options.processes} processes: {wall:.1f} s wall, {cpu:.1f} CPU s, {peak:.2f} GB each")
    print(f"20 M lines at this rate: {cpu * 20e6 / lines:.0f} CPU s, {wall * 20e6 / lines:.0f} s wall")
    begun = monotonic()
    whole = city_seconds(options.out)
    if whole is None:
        print("rules of the whole city: not measured, the run is not finished or was made by other code")
    else:
        spent.update(whole)
        print(f"rules of the whole city: {monotonic() - begun:.1f} s wall, {sum(whole.values()):.1f} CPU s")
    total = sum(spent.values())
    for rule_id, seconds in sorted(spent.items(), key=lambda item: -item[1])[:11]:
        print(f"{rule_id:40} {seconds:8.2f} s {seconds / total:6.1%}")


if __name__ == "__main__":
    main()
