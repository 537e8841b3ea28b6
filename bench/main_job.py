"""The main job on a simulated delivery: wall time and peak memory of each stage, each in a process of its own.

python -m bench.main_job --persons 110000 --months 12      # about 10 M fee lines
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True, slots=True)
class Measured:
    """One stage: seconds on the wall and the largest resident memory of its process in GB."""

    stage: str
    wall_s: float
    peak_gb: float


def measured(stage: str, command: list[str]) -> Measured:
    """Runs the command and measures it; its output goes to the terminal. Raises CalledProcessError when it fails."""
    started = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), command)
    return Measured(stage, round(time.monotonic() - started, 1), round(usage.ru_maxrss / 2**20, 2))


def main() -> None:
    """Simulates, ingests and runs; prints one row a stage and writes them as JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=110_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--keep", type=Path, help="keep the delivery and the run here instead of a temporary folder")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        delivery, out = folder / "delivery", folder / "run"
        huoyan = [sys.executable, "-m", "flows.cli"]
        stages = [
            measured(
                "simulate",
                [
                    *huoyan,
                    "simulate",
                    "--persons",
                    str(options.persons),
                    "--months",
                    str(options.months),
                    "--seed",
                    str(options.seed),
                    "--out",
                    str(delivery),
                ],
            ),
            measured("ingest", [*huoyan, "ingest", str(delivery), "--lake", str(out / "lake")]),
            measured("run (delivery already loaded)", [*huoyan, "run", str(delivery), "--out", str(out), "--top", "3"]),
        ]
        parts = json.loads((out / "lake" / "lake.json").read_text(encoding="utf-8"))["parts"]
        lines = sum(part["rows"] for part in parts if part["table"] == "fee_list_d")
    pl.Config.set_tbl_rows(20)
    print(f"{lines:,} fee lines")
    print(pl.DataFrame([asdict(stage) for stage in stages]))
    if options.json:
        options.json.write_text(json.dumps({"fee_lines": lines, "stages": [asdict(stage) for stage in stages]}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
