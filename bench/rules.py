"""Every rule over a lake: CPU seconds of each, the slowest with their share, wall time and peak memory on several processes.

    python -m bench.rules OUT --processes 2 [--buckets N]

``OUT`` holds a loaded ``lake`` (``huoyan ingest DELIVERY --lake OUT/lake`` is enough). The facts that rules of the whole city read are computed
first, uncounted, into ``OUT/bench-rules`` and kept there for the next time. Then the clock runs: each process takes the next bucket, prepares
its tables, judges the persons and gathers what the rules of the whole city want; these are judged last.
"""

from __future__ import annotations

import argparse
import resource
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, process_time
from typing import Final

import polars as pl

from features.lake import Lake
from features.parameters import City
from features.run import bucket_facts, city_facts
from features.tables import Tables
from models.rule import all_rules
from models.run_rules import run_city_rule, run_extract, runnable, settle, settle_all

TABLES: Final = "(prepared tables)"
SETTLING: Final = "(settling the whole city's)"
PREPARED: Final = ("visits", "settlements", "stays", "lines", "diagnoses", "operations")


def prepare(lake: Path, work: Path, bucket: str) -> None:
    """Writes what a run knows of a bucket before its rules of the whole city are judged: facts, and the sums of lines and stays."""
    folder = work / bucket
    if (folder / "stays.parquet").is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    t, city = Tables(Lake(lake), bucket), City.load()
    for name, frame in bucket_facts(t, city).items():
        frame.write_parquet(folder / f"facts.{name}.parquet")
    t.lines.select("bkkp_sn", "mdtrt_id", "inscp_fen", "fund_fen", "case_paid").sink_parquet(folder / "lines.parquet")
    # last: it says that the others are whole
    t.stays.select("mdtrt_id", "inscp_fen", "fund_fen", "drg_fund_fen").sink_parquet(folder / "stays.parquet")


def bucket_seconds(lake: Path, work: Path, bucket: str) -> tuple[dict[str, float], int, float]:
    """CPU seconds by rule on one bucket, its fee lines, and the process's peak memory in GB so far; extracts are left in ``work``."""
    t, city = Tables(Lake(lake), bucket), City.load()
    ready, _ = runnable(all_rules(), t.lake.tables)
    spent: dict[str, float] = {}
    begun = process_time()
    for name in PREPARED:
        getattr(t, name)
    spent[TABLES] = process_time() - begun
    for unit in ready:
        begun = process_time()
        if unit.extract is not None:
            run_extract(t, unit, city).write_parquet(work / bucket / f"extract.{unit.rule_id}.parquet")
        if unit.scope == "person":
            settle(run_city_rule(t, unit, city), unit, t.lines, t.stays)
        spent[unit.rule_id] = process_time() - begun
    lines = int(t.lake.scan("fee_list_d", bucket).select(pl.len()).collect().item())
    return spent, lines, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def city_seconds(lake: Path, work: Path, buckets: tuple[str, ...]) -> dict[str, float]:
    """CPU seconds of the rules that see the whole city, settling included. The facts of the whole city are not counted."""

    def gathered(name: str) -> pl.LazyFrame:
        return pl.scan_parquet([work / bucket / f"{name}.parquet" for bucket in buckets])

    city, opened = City.load(), Lake(lake)
    names = sorted(path.stem.removeprefix("facts.") for path in (work / buckets[0]).glob("facts.*.parquet"))
    parts = {name: gathered(f"facts.{name}") for name in names}
    facts = parts | {name: frame.lazy() for name, frame in city_facts(parts, Tables(opened), city).items()}
    t = Tables(opened, facts=facts)
    spent: dict[str, float] = {}
    hits = []
    for unit in runnable(all_rules(), opened.tables)[0]:
        if unit.scope == "city":
            begun = process_time()
            extracted = gathered(f"extract.{unit.rule_id}") if unit.extract else None
            hits.append((unit, run_city_rule(t.gathering(extracted), unit, city)))
            spent[unit.rule_id] = process_time() - begun
    begun = process_time()
    settle_all(hits, gathered("lines"), gathered("stays"))
    spent[SETTLING] = process_time() - begun
    return spent


def main() -> None:
    """Prints the total, what 20 M lines would take at the same rate, and the ten slowest rules."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--buckets", type=int, help="only the first so many")
    options = parser.parse_args()
    lake, work = options.out / "lake", options.out / "bench-rules"
    buckets = Lake(lake).buckets[: options.buckets]
    fresh = partial(ProcessPoolExecutor, options.processes, mp_context=get_context("spawn"))
    with fresh() as pool:
        list(pool.map(prepare, [lake] * len(buckets), [work] * len(buckets), buckets))
    spent: dict[str, float] = {}
    lines, peak = 0, 0.0
    begun = monotonic()
    with fresh() as pool:
        for by_rule, rows, used in pool.map(bucket_seconds, [lake] * len(buckets), [work] * len(buckets), buckets):
            for rule_id, seconds in by_rule.items():
                spent[rule_id] = spent.get(rule_id, 0.0) + seconds
            lines, peak = lines + rows, max(peak, used)
    wall, cpu = monotonic() - begun, sum(spent.values())
    print(f"{lines:,} fee lines in {len(buckets)} buckets, {options.processes} processes: {wall:.1f} s wall, {cpu:.1f} CPU s, {peak:.2f} GB each")
    whole = city_seconds(lake, work, buckets)
    whole_cpu = sum(whole.values())
    print(f"rules of the whole city: {whole_cpu:.1f} CPU s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")
    print(f"20 M lines at this rate: {(cpu + whole_cpu) * 20e6 / lines:.0f} CPU s, {(wall + whole_cpu) * 20e6 / lines:.0f} s wall")
    for rule_id, seconds in whole.items():
        spent[rule_id] = spent.get(rule_id, 0.0) + seconds
    total = sum(spent.values())
    for rule_id, seconds in sorted(spent.items(), key=lambda item: -item[1])[:11]:
        print(f"{rule_id:40} {seconds:8.2f} s {seconds / total:6.1%}")


if __name__ == "__main__":
    main()
