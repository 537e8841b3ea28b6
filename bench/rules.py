"""Every rule over a lake: CPU seconds of each, the slowest with their share, wall time and peak memory on several processes.

    python -m bench.rules OUT --processes 2 [--buckets N]

``OUT`` holds a loaded ``lake`` (``huoyan ingest DELIVERY --lake OUT/lake`` is enough). The facts that rules of the whole city read are computed
first, uncounted, into ``OUT/bench-rules`` and kept there for the next time. Then the clock runs: each process takes the next bucket, prepares
its tables, judges the persons and gathers what the rules of the whole city want; these are judged last, one process a rule.
"""

from __future__ import annotations

import argparse
import os
import resource
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, process_time
from typing import Final

import polars as pl

from features.lake import Lake
from features.parameters import City
from features.run import bucket_facts, city_facts
from features.tables import Tables
from flows.home import MALLOC
from flows.store import write_parquet
from models.rule import all_rules
from models.run_rules import gathering_rules, run_city_rule, run_extract, runnable, settle_all

TABLES: Final = "(prepared tables)"
SETTLING: Final = "(settling)"
SETTLING_CITY: Final = "(settling the whole city's)"
CITY: Final = "city"


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
    t.prepare()
    spent[TABLES] = process_time() - begun
    for unit in gathering_rules(ready):
        begun = process_time()
        write_parquet(run_extract(t, unit, city), work / bucket / f"extract.{unit.gathered}.parquet")
        spent[unit.rule_id] = process_time() - begun
    hits = []
    for unit in ready:
        begun = process_time()
        if unit.scope == "person":
            hits.append((unit, run_city_rule(t, unit, city)))
            spent[unit.rule_id] = process_time() - begun
    begun = process_time()
    settle_all(hits, t.lines, t.stays)
    spent[SETTLING] = process_time() - begun
    lines = int(t.lake.scan("fee_list_d", bucket).select(pl.len()).collect().item())
    return spent, lines, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def prepare_city(lake: Path, work: Path, buckets: tuple[str, ...]) -> None:
    """Writes the facts of the whole city, unless they are there for these buckets."""
    folder = work / CITY
    told = folder / "buckets"
    if told.is_file() and told.read_text() == ",".join(buckets):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in city_facts(_parts(work, buckets), Tables(Lake(lake)), City.load()).items():
        frame.write_parquet(folder / f"{name}.parquet")
    told.write_text(",".join(buckets))


def _gathered(work: Path, buckets: tuple[str, ...], name: str) -> pl.LazyFrame:
    return pl.scan_parquet([work / bucket / f"{name}.parquet" for bucket in buckets])


def _parts(work: Path, buckets: tuple[str, ...]) -> dict[str, pl.LazyFrame]:
    names = sorted(path.stem.removeprefix("facts.") for path in (work / buckets[0]).glob("facts.*.parquet"))
    return {name: _gathered(work, buckets, f"facts.{name}") for name in names}


@cache
def _whole(lake: Path, work: Path, buckets: tuple[str, ...]) -> Tables:
    """The whole city's tables, one a process, so that its rules share what they compute of them."""
    computed = {path.stem: pl.scan_parquet(path) for path in (work / CITY).glob("*.parquet")}
    return Tables(Lake(lake), facts=_parts(work, buckets) | computed)


def city_rule_seconds(lake: Path, work: Path, buckets: tuple[str, ...], rule_id: str) -> tuple[pl.DataFrame, float, float]:
    """Hits and CPU seconds of a rule that sees the whole city, and the process's peak memory in GB so far."""
    unit = next(unit for unit in all_rules() if unit.rule_id == rule_id)
    begun = process_time()
    extracted = _gathered(work, buckets, f"extract.{unit.gathered}") if unit.extract else None
    hits = run_city_rule(_whole(lake, work, buckets).gathering(extracted), unit, City.load())
    return hits, process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Prints the total, what 20 M lines would take at the same rate, and the ten slowest rules."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--buckets", type=int, help="only the first so many")
    options = parser.parse_args()
    lake, work = options.out / "lake", options.out / "bench-rules"
    buckets = Lake(lake).buckets[: options.buckets]
    # read by polars in the processes that start below: threads of several processes would wait for one another
    os.environ["POLARS_MAX_THREADS"] = str(max(1, (os.cpu_count() or 1) // options.processes))
    # as a run has it (flows.home)
    os.environ.setdefault("_RJEM_MALLOC_CONF", MALLOC)
    fresh = partial(ProcessPoolExecutor, options.processes, mp_context=get_context("spawn"))
    n = len(buckets)
    with fresh() as pool:
        list(pool.map(prepare, [lake] * n, [work] * n, buckets))
        pool.submit(prepare_city, lake, work, buckets).result()
    spent: dict[str, float] = {}
    lines, peak = 0, 0.0
    begun = monotonic()
    with fresh() as pool:
        for by_rule, rows, used in pool.map(bucket_seconds, [lake] * n, [work] * n, buckets):
            for rule_id, seconds in by_rule.items():
                spent[rule_id] = spent.get(rule_id, 0.0) + seconds
            lines, peak = lines + rows, max(peak, used)
    wall = monotonic() - begun
    print(
        f"{lines:,} fee lines in {n} buckets, {options.processes} processes: {wall:.1f} s wall, {sum(spent.values()):.1f} CPU s, {peak:.2f} GB each"
    )
    peak = 0.0
    begun = monotonic()
    wide = [unit for unit in runnable(all_rules(), Lake(lake).tables)[0] if unit.scope == "city"]
    whole: dict[str, float] = {}
    hits = []
    with fresh() as pool:
        found = pool.map(city_rule_seconds, *([place] * len(wide) for place in (lake, work, buckets)), [unit.rule_id for unit in wide])
        for unit, (own, seconds, used) in zip(wide, found, strict=True):
            hits.append((unit, own))
            whole[unit.rule_id] = seconds
            peak = max(peak, used)
    settling = process_time()
    settle_all(hits, _gathered(work, buckets, "lines"), _gathered(work, buckets, "stays"))
    whole[SETTLING_CITY] = process_time() - settling
    city_wall = monotonic() - begun
    print(f"rules of the whole city: {city_wall:.1f} s wall, {sum(whole.values()):.1f} CPU s, {peak:.2f} GB each")
    for rule_id, seconds in whole.items():
        spent[rule_id] = spent.get(rule_id, 0.0) + seconds
    total = sum(spent.values())
    print(f"20 M lines at this rate: {total * 20e6 / lines:.0f} CPU s, {(wall + city_wall) * 20e6 / lines:.0f} s wall")
    for rule_id, seconds in sorted(spent.items(), key=lambda item: -item[1])[:11]:
        print(f"{rule_id:40} {seconds:8.2f} s {seconds / total:6.1%}")


if __name__ == "__main__":
    main()
