"""Load test of the workbench: a simulated city of 2,500 institutions and 1 M findings, 20 users at once.

    python bench/workbench_load.py                      SQLite
    HUOYAN_DATABASE_URL=postgresql://… python bench/workbench_load.py
    options: --institutions 2500 --findings 1000000 --users 20 --seconds 60 --think 1.0

Each user signs in; once all are in, they read pages as an auditor does (list, filter, institution, its findings, a finding, verdicts, dashboard,
rules, DRG monitor), with a pause of ``--think`` seconds between pages. Prints the loading time and, per page, p50, p95 and the worst answer
in milliseconds, then the processor time the server spent a page and how busy the machine was with other things (no p95 is worth much without);
ends with code 1 when any page's p95 exceeds 300 ms. The users' processes share the machine with the server. The findings name no lake: pages
that read fee lines are not among those measured.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from models.drg_monitor.monitor_table import COLUMNS
from models.finding import FINDING_SCHEMA
from models.kinds import Kind

ROOT = Path(__file__).resolve().parents[1]
GOAL_MS = 300
PASSWORD = "Bench-Lamp-2024!"  # noqa: S105  of users who live for one measurement
PORT = 8765
#: told, but outside the goal: checking a password is meant to take its time
SIGN_IN = "sign in"


def make_run(out: Path, n_institutions: int, n_findings: int) -> None:
    """A run folder of the asked size, drawn with a fixed seed."""
    rng = random.Random(1)  # noqa: S311  a drawing, not a secret
    codes = [f"H43{1000 + i % 12:04d}{i:05d}" for i in range(n_institutions)]
    kinds = [kind.value for kind in Kind]
    rules = [f"rule_{i:02d}" for i in range(60)]
    pick = [min(int(rng.paretovariate(1.1)) - 1, n_institutions - 1) for _ in range(n_findings)]
    rule = [rng.randrange(60) for _ in range(n_findings)]
    amounts = [round(rng.uniform(5, 900), 2) for _ in range(n_findings)]
    days = [date(2024, 1, 1) + timedelta(days=rng.randrange(366)) for _ in range(n_findings)]
    empty = dict.fromkeys(FINDING_SCHEMA)
    columns = {
        "finding_id": [f"{i:024x}" for i in range(n_findings)],
        "rule_id": [rules[r] for r in rule],
        "rule_version": ["1"] * n_findings,
        "kind": [kinds[r % len(kinds)] for r in rule],
        "certainty": ["definite" if r % 3 else "suspected" for r in rule],
        "fixmedins_code": [codes[p * 37 % n_institutions] for p in pick],
        "psn_no": [f"4310000000{i % 90000:08d}" for i in range(n_findings)],
        "mdtrt_id": [f"M{i:018d}" for i in range(n_findings)],
        "bkkp_sns": [[f"L{i:018d}", f"L{i:017d}x"] for i in range(n_findings)],
        "occurred_from": days,
        "occurred_to": days,
        "amount_at_issue": amounts,
        "fund_loss": [round(a * 0.7, 2) for a in amounts],
        "evidence": [f"住院期间收取同一项目{i % 9 + 2}次，超过规定次数，涉及医保范围内金额{a}元。" for i, a in enumerate(amounts)],
        "legal_basis": [["reg.15", "reg.38.1"]] * n_findings,
    }
    frame = pl.DataFrame(
        {
            name: pl.Series(name, columns[name], FINDING_SCHEMA[name])
            if name in columns
            else pl.Series(name, [empty[name]] * n_findings, FINDING_SCHEMA[name])
            for name in FINDING_SCHEMA
        }
    )
    out.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(out / "findings.parquet")
    sums = frame.group_by("fixmedins_code").agg(
        pl.col("amount_at_issue", "fund_loss").sum().round(2), pl.col("kind").unique().sort().str.join(";").alias("kinds")
    )
    suspects = (
        pl.DataFrame({"fixmedins_code": codes, "fixmedins_name": [f"第{i}医院" for i in range(n_institutions)]})
        .join(sums, on="fixmedins_code", how="left")
        .with_columns(pl.col("amount_at_issue", "fund_loss").fill_null(0.0), admdvs=pl.col("fixmedins_code").str.slice(1, 6))
        .sort("amount_at_issue", descending=True)
        .with_row_index("rank", 1)
        .with_columns(
            score=(100 - pl.col("rank") / n_institutions * 100).round(1),
            probability=(1 - pl.col("rank") / n_institutions).round(3),
            expected_recovery=(pl.col("fund_loss") * 0.6).round(2),
            peer_group=pl.lit("综合医院"),
            level=pl.when(pl.col("rank") <= 60).then(pl.lit("red")).when(pl.col("rank") <= 300).then(pl.lit("yellow")).otherwise(pl.lit("green")),
            reasons=pl.lit("【重复收费】每千人次31.2起，同类机构为2.1起。"),
        )
    )
    suspects.write_csv(out / "suspects.csv")
    (out / "run.json").write_text(json.dumps({"run_id": "bench", "started": "2025-01-01T00:00:00+08:00"}), encoding="utf-8")


def make_monitor(out: Path, n_hospitals: int) -> None:
    """A DRG monitor of the hospitals over a year, as the monitoring flow leaves it in the run folder."""
    rng = random.Random(3)  # noqa: S311
    months = ["all", *(f"2024-{m:02d}" for m in range(1, 13))]
    units = [("city", None, None)] + [("hospital", f"H43{1000 + i % 12:04d}{i:05d}", f"第{i}医院") for i in range(n_hospitals)]
    rows = [
        {"level": level, "month": month, "fixmedins_code": code, "fixmedins_name": name, "dept": None, "physician": None, "drg_code": None}
        | {column: rng.random() for column, (dtype, _zh, _meaning) in COLUMNS.items() if dtype == pl.Float64()}
        | {"cases": rng.randrange(9, 900)}
        for level, code, name in units
        for month in months
    ]
    (out / "drg").mkdir(exist_ok=True)
    pl.DataFrame(rows, schema={name: dtype for name, (dtype, _zh, _meaning) in COLUMNS.items()}).write_parquet(out / "drg" / "monitor.parquet")


def draw_profiles(institutions: int) -> None:
    """Gives every loaded institution what a lake would have given it: months, structure, origin, occupancy, features, visits for the funnel."""
    from workbench.results.models import Suspect  # noqa: PLC0415  after the environment is set

    rng = random.Random(2)  # noqa: S311
    months = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(24)]
    items = [f"{i:02d}" for i in range(1, 15)]
    counties = [f"43{1000 + i:04d}" for i in range(12)]
    shares = {item: rng.random() / 7 for item in items}
    rows = list(Suspect.objects.order_by("rank")[:institutions])
    for row in rows:
        size = rng.paretovariate(1.2) * 900
        row.n_visits, row.beds = int(size), float(int(size / 40))
        row.n_flagged, row.trend = int(size * rng.betavariate(1, 12)), [rng.randrange(10**7) for _ in months]
        row.rank_low, row.rank_high, row.previous_rank = max(1, row.rank - 5), row.rank + 9, max(1, row.rank + rng.randrange(-9, 9))
        row.profile = {
            "reasons": [
                {"sentence": "【重复收费】每千人次31.2起，同类机构为2.1起。", "source": "rule_01", "value": 31.2, "peer": 2.1, "since": "2024-03"}
            ]
            * 5,
            "features": [{"feature": f"feature_{i}", "value": rng.random(), "peer": 0.5, "z": rng.gauss(0, 2)} for i in range(40)],
            "monthly": [{"month": m, "fee_fen": rng.randrange(10**9), "fund_fen": rng.randrange(10**9), "settlements": 900} for m in months],
            "structure": {item: rng.randrange(10**9) for item in items},
            "peer_structure": shares,
            "origin": {county: rng.randrange(1, 900) for county in counties},
            "occupancy": [{"month": m, "mean": round(size / 60, 1), "peak": int(size / 40)} for m in months],
        }
    fields = ["n_visits", "n_flagged", "beds", "trend", "rank_low", "rank_high", "previous_rank", "profile"]
    Suspect.objects.bulk_update(rows, fields, batch_size=200)


class User(threading.Thread):
    """One auditor: signs in, then reads pages until told to stop."""

    def __init__(self, number: int, seconds: float, think: float, all_in: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.all_in = all_in
        self.random = random.Random(number)  # noqa: S311
        self.number, self.seconds, self.think = number, seconds, think
        self.times: list[tuple[str, float]] = []
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, name: str, path: str) -> str:
        began = time.perf_counter()
        with self.opener.open(f"http://127.0.0.1:{PORT}{path}", timeout=60) as answer:
            text: str = answer.read().decode()
        self.times.append((name, (time.perf_counter() - began) * 1000))
        time.sleep(self.think * self.random.uniform(0.5, 1.5))
        return text

    def run(self) -> None:
        with self.opener.open(f"http://127.0.0.1:{PORT}/login/", timeout=60) as answer:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
        form = {"username": f"user{self.number}", "password": PASSWORD, "csrfmiddlewaretoken": token[1] if token else ""}
        request = urllib.request.Request(
            f"http://127.0.0.1:{PORT}/login/", urllib.parse.urlencode(form).encode(), {"Referer": f"http://127.0.0.1:{PORT}/login/"}
        )
        began = time.perf_counter()
        self.opener.open(request, timeout=60).close()
        self.times.append((SIGN_IN, (time.perf_counter() - began) * 1000))
        self.all_in.wait(timeout=120)
        time.sleep(self.think * self.random.random())
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            self.get("dashboard", "/home/")
            page = self.get("suspects", f"/suspects/?page={self.random.randint(1, 20)}")
            self.get("suspects filtered", f"/suspects/?q={self.random.randint(1, 99)}&sort=-amount")
            codes = re.findall(r"/institutions/([A-Z0-9]+)/", page)
            institution = self.get("institution", f"/institutions/{self.random.choice(codes)}/")
            code = self.random.choice(codes)
            self.get("institution's findings", f"/institutions/{code}/findings/?page={self.random.randint(1, 5)}")
            found = re.findall(r"/findings/([0-9a-f]{24})/", institution)
            if found:
                self.get("finding", f"/findings/{self.random.choice(found)}/")
            self.get("verdicts", "/verdicts/")
            self.get("rules", "/rules/")
            self.get("rule", f"/rules/rule_{self.random.randrange(60):02d}/")
            self.get("DRG monitor", "/drg/")
            self.get("DRG hospitals", "/drg/?level=hospital")


def main() -> int:
    """Makes the city, serves it, sends the users, prints what they waited."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--institutions", type=int, default=2500)
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HUOYAN_HOME": folder, "HUOYAN_HTTPS": "0", "HUOYAN_PASSWORD": PASSWORD, "DJANGO_SETTINGS_MODULE": "workbench.settings"}
        sys.path.insert(0, str(ROOT))
        make_run(Path(folder) / "run", options.institutions, options.findings)
        make_monitor(Path(folder) / "run", options.institutions // 8)
        import django  # noqa: PLC0415  after the environment is set
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        call_command("migrate", verbosity=0)
        from workbench.accounts.models import User as Account  # noqa: PLC0415
        from workbench.results.load import load_run  # noqa: PLC0415

        for number in range(options.users):
            Account.objects.filter(username=f"user{number}").delete()
            Account.objects.create_user(f"user{number}", password=PASSWORD, role="auditor", all_counties=True)
        began = time.monotonic()
        load_run(Path(folder) / "run")
        print(f"loading {options.findings:,} findings: {time.monotonic() - began:.1f} s")
        draw_profiles(options.institutions)
        from flows.cli_workbench import server_command  # noqa: PLC0415

        server = subprocess.Popen(server_command("127.0.0.1", PORT), cwd=ROOT)
        try:
            _wait()
            began_cpu = time.process_time()
            before = _processor_seconds(server.pid), _busy_seconds(), time.monotonic()
            all_in = threading.Barrier(options.users)
            users = [User(number, options.seconds, options.think, all_in) for number in range(options.users)]
            for user in users:
                user.start()
            for user in users:
                user.join()
            spent, busy, clock = (
                now - then for now, then in zip((_processor_seconds(server.pid), _busy_seconds(), time.monotonic()), before, strict=True)
            )
            others = (busy - spent - time.process_time() + began_cpu) / clock
        finally:
            server.terminate()
            server.wait(timeout=30)
    times = [pair for user in users for pair in user.times]
    worst = report(times)
    print(f"server: {spent / max(len(times), 1) * 1000:.0f} ms of processor time a page, {len(times) / clock:.1f} pages a second;", end=" ")
    print(f"the machine's other work took {max(others, 0):.2f} of {os.cpu_count()} processors")
    return worst


def _processor_seconds(pid: int) -> float:
    """Processor time of the process and of all it started (Linux)."""
    total, waiting = 0.0, [pid]
    while waiting:
        process = Path("/proc") / str(waiting.pop())
        try:
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
            waiting += [int(child) for task in (process / "task").iterdir() for child in (task / "children").read_text().split()]
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _busy_seconds() -> float:
    """Processor time of everything on the machine."""
    user, nice, system, _idle, _iowait, irq, softirq, *_more = (int(text) for text in Path("/proc/stat").read_text().splitlines()[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _wait() -> None:
    for _attempt in range(120):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise RuntimeError("The workbench did not come up.")


def report(times: list[tuple[str, float]]) -> int:
    """Prints the table; 1 when a page misses the goal, and when nothing was measured."""
    pages: dict[str, list[float]] = {}
    for name, milliseconds in times:
        pages.setdefault(name, []).append(milliseconds)
    print(f"{'page':24}{'n':>7}{'p50':>8}{'p95':>8}{'worst':>8}  ms")
    worst = 0.0
    for name, values in pages.items():
        p95 = statistics.quantiles(values, n=20)[18] if len(values) > 1 else values[0]
        worst = max(worst, p95 if name != SIGN_IN else 0.0)
        print(f"{name:24}{len(values):>7}{statistics.median(values):>8.0f}{p95:>8.0f}{max(values):>8.0f}")
    return int(worst > GOAL_MS or not pages)


if __name__ == "__main__":
    sys.exit(main())
