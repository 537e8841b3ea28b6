"""The main job on a simulated delivery: wall time, CPU time and peak memory of each stage.

    python -m bench.main_job --persons 250000 --months 12      # about 10 M fee lines

Memory is the largest sum over the stage's whole process tree (proportional set size, so that shared pages count once), looked at twice a
second; it needs /proc. A stage whose result is already in ``--keep`` is not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Final

import polars as pl

LOOK_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """One stage: seconds on the wall, CPU seconds of all its processes, and the peak memory of its process tree in GB."""

    stage: str
    wall_s: float
    cpu_s: float
    peak_gb: float


def measured(stage: str, command: list[str]) -> Measured:
    """Runs the command and measures it; its output goes to the terminal. Raises CalledProcessError when it fails."""
    started = monotonic()
    process = subprocess.Popen(command)
    over = threading.Event()
    peak = [0]

    def look() -> None:
        while not over.wait(LOOK_EVERY_S):
            peak[0] = max(peak[0], tree_bytes(process.pid))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    over.set()
    watcher.join()
    if status != 0:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), command)
    peak_bytes = max(peak[0], usage.ru_maxrss * 1024)
    return Measured(stage, round(monotonic() - started, 1), round(usage.ru_utime + usage.ru_stime, 1), round(peak_bytes / 2**30, 2))


def tree_bytes(root: int) -> int:
    """Memory of a process and all its descendants; 0 when it is gone."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        total += _bytes_of(pid)
    return total


def _bytes_of(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def main() -> None:
    """Simulates, ingests and runs; prints one row a stage and writes them as JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=250_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--dask", type=int, default=0, help="local Dask processes for the buckets; 0 works in one process")
    parser.add_argument("--keep", type=Path, help="keep the delivery and the run here instead of a temporary folder")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        delivery, out = folder / "delivery", folder / "run"
        huoyan = [sys.executable, "-m", "flows.cli"]
        size = ["--persons", str(options.persons), "--months", str(options.months), "--seed", str(options.seed)]
        dask = ["--dask", str(options.dask)] if options.dask else []
        stages = []
        if not delivery.is_dir():
            stages.append(measured("simulate", [*huoyan, "simulate", *size, "--out", str(delivery)]))
        if not (out / "lake" / "lake.json").is_file():
            stages.append(measured("ingest", [*huoyan, "ingest", str(delivery), "--lake", str(out / "lake")]))
        stages.append(measured("run (delivery already loaded, read again)", [*huoyan, "run", str(delivery), "--out", str(out), "--top", "3", *dask]))
        parts = json.loads((out / "lake" / "lake.json").read_text(encoding="utf-8"))["parts"]
        lines = sum(part["rows"] for part in parts if part["table"] == "fee_list_d")
    pl.Config.set_tbl_rows(20)
    print(f"{lines:,} fee lines")
    print(pl.DataFrame([asdict(stage) for stage in stages]))
    if options.json:
        options.json.write_text(json.dumps({"fee_lines": lines, "stages": [asdict(stage) for stage in stages]}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
