"""Load test of the workbench: a simulated city of 2,500 institutions and 1 M findings, 20 users at once.

    python -m bench.workbench_load                      SQLite
    HUOYAN_DATABASE_URL=postgresql://… python -m bench.workbench_load        an empty database
    python -m bench.workbench_load --keep FOLDER --prepare    only makes the city in FOLDER and loads it; minutes
    python -m bench.workbench_load --keep FOLDER              measures on it, as often as you like; with a database of a URL, name it both times
    options: --institutions 2500 --findings 1000000 --persons 24000 --users 20 --seconds 60 --think 1.0 --sign-in-gap 1.0

The users sign in one after another, ``--sign-in-gap`` seconds apart, as people come to work; hashing a password takes a third of a second of
processor time on purpose, so signing in is told apart and is outside the goal. Once all are in, they read pages as an auditor does (dashboard,
list, filter, institution, its findings, a finding with its fee lines, the stay's day chart, the person's timeline, verdicts, rules, DRG monitor),
with a pause of ``--think`` seconds between pages. The findings name the visits and fee lines of a lake of ``--persons`` persons over a year (about
110 fee lines each, in buckets and months as ingest cuts them). Prints the loading time and, per page, p50, p95 and the worst answer in
milliseconds, then the processor time the server spent a page and how busy the machine was with other things (no p95 is worth much without);
ends with code 1 when any page's p95 exceeds 300 ms. The users' processes share the machine with the server.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import random
import re
import shutil
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
from typing import Any

import polars as pl

from features.contracts import all_tables
from features.lake import dtype_of
from features.person_evidence import FOLDER
from flows.evidence import evidence_step
from flows.ingest.buckets import bucket_count, bucket_of
from flows.ingest.store import PART_FORM
from flows.steps import Job
from flows.store import write_parquet
from models.drg_monitor.monitor_table import COLUMNS
from models.finding import FINDING_SCHEMA
from models.kinds import Kind

ROOT = Path(__file__).resolve().parents[1]
GOAL_MS = 300
PASSWORD = "Bench-Lamp-2024!"  # noqa: S105  of users who live for one measurement
PORT = 8765
#: told, but outside the goal: checking a password is meant to take its time
SIGN_IN = "sign in"


VISITS, STAY_DAYS = 12, 8


def make_lake(out: Path, n_persons: int, codes: list[str]) -> None:
    """A lake of ``n_persons`` persons over 2024, cut into buckets and months as ingest does: each has a stay of eight days with eight lines a day
    and eleven other visits of four lines."""
    persons = pl.select(number=pl.int_range(n_persons)).with_columns(
        psn_no=pl.format("4310000000{}", pl.col("number").cast(pl.String).str.zfill(8)),
        gend=pl.lit("1"),
        brdy=pl.date(1950, 3, 5),
        surv_stas=pl.lit("1"),
    )
    visits = persons.join(pl.select(nth=pl.int_range(VISITS)), how="cross").with_columns(
        mdtrt_id=pl.format("M{}{}", pl.col("number").cast(pl.String).str.zfill(9), pl.col("nth").cast(pl.String).str.zfill(3)),
        fixmedins_code=((pl.col("number") * 13 + pl.col("nth")) % len(codes)).replace_strict(dict(enumerate(codes)), return_dtype=pl.String),
        begntime=pl.datetime(2024, 1, 1, 9) + pl.duration(days=(pl.col("number") * 7 + pl.col("nth") * 29) % 350),
        days=pl.when(pl.col("nth") == 0).then(STAY_DAYS).otherwise(1),
        med_type=pl.when(pl.col("nth") == 0).then(pl.lit("21")).otherwise(pl.lit("11")),
        vali_flag=pl.lit("1"),
        inhosp_stas=pl.lit("0"),
        dscg_maindiag_code=pl.lit("I10"),
        dscg_maindiag_name=pl.lit("高血压"),
    )
    visits = visits.with_columns(
        endtime=pl.col("begntime") + pl.duration(days=pl.col("days") - 1, hours=3), setl_id=pl.col("mdtrt_id").str.replace("M", "S")
    )
    items = pl.DataFrame(
        {
            "hilist_code": ["001109000010000", "001201000050000", "002501010010000", "XB05BBN000001"],
            "hilist_name": ["普通床位费", "III级护理", "血常规", "氯化钠注射液"],
            "med_chrgitm_type": ["01", "07", "04", "09"],
            "pric": [26.0, 9.0, 18.0, 12.5],
        }
    )
    twice = items.join(pl.select(round=pl.int_range(2)), how="cross").with_row_index("item")
    lines = (
        visits.select("psn_no", "mdtrt_id", "setl_id", "fixmedins_code", "begntime", "med_type", "vali_flag", day=pl.int_ranges(pl.col("days")))
        .explode("day")
        .join(twice, how="cross")
        .filter((pl.col("item") < 4) | (pl.col("med_type") == "21"))
        .with_columns(
            bkkp_sn=pl.format("L{}{}{}", pl.col("mdtrt_id").str.slice(1), pl.col("day").cast(pl.String).str.zfill(2), "item"),
            fee_ocur_time=pl.col("begntime") + pl.duration(days=pl.col("day"), hours=1),
            cnt=1,
            det_item_fee_sumamt=pl.col("pric"),
            inscp_amt=pl.col("pric"),
            list_type=pl.lit("201"),
            bilg_dept_name=pl.lit("内科"),
        )
    )
    settled = visits.with_columns(
        setl_time=pl.col("endtime"),
        begndate=pl.col("begntime").dt.date(),
        enddate=pl.col("endtime").dt.date(),
        medfee_sumamt=pl.col("days") * 131.0,
        inscp_amt=pl.col("days") * 131.0,
        fund_pay_sumamt=pl.col("days") * 91.7,
        refd_setl_flag=pl.lit("0"),
        mid_setl_flag=pl.lit("0"),
    )
    houses = pl.DataFrame({"fixmedins_code": codes, "fixmedins_name": codes, "fixmedins_type": ["1"] * len(codes), "hosp_lv": ["05"] * len(codes)})
    beds = pl.DataFrame({"medins_code": codes, "medins_type_name": ["综合医院"] * len(codes), "aprv_bed_cnt": [100.0] * len(codes)})
    tables = {
        "psn_info_b": persons, "mdtrt_d": visits, "setl_d": settled, "fee_list_d": lines, "fixmedins_b": houses, "medins_info_b": beds,
    }  # fmt: skip
    _write_lake(out, tables, bucket_count(n_persons))


def _write_lake(out: Path, tables: dict[str, pl.DataFrame], n_buckets: int) -> None:
    """The tables in buckets and months with their manifest (docs/decisions/0002-lake-layout.md)."""
    schemas = {name: table.lake_schema for name, table in all_tables().items()}
    parts = []
    for name, frame in tables.items():
        columns = schemas[name]
        full = frame.select(
            (pl.col(column) if column in frame.columns else pl.lit(None)).cast(dtype_of(kind)).alias(column) for column, kind in columns.items()
        )
        time_column = all_tables()[name].month
        cut = full.with_columns(
            _bucket=bucket_of(full["psn_no"], n_buckets).cast(pl.String).str.zfill(3) if "psn_no" in columns else pl.lit("all"),
            _month=pl.col(time_column).dt.strftime("%Y-%m") if time_column else pl.lit("all"),
        )
        for (bucket, month), rows in cut.partition_by("_bucket", "_month", as_dict=True, include_key=False).items():
            path = Path("tables") / name / f"bucket={bucket}" / f"month={month}" / "part.parquet"
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            ordered = rows.sort([column for column in ("psn_no", time_column) if column and column in rows.columns] or rows.columns[:1])
            ordered.write_parquet(out / path, **PART_FORM)
            parts.append({"table": name, "bucket": bucket, "month": month, "path": str(path), "rows": rows.height, "digest": ""})
    manifest = {"version": 1, "n_buckets": n_buckets, "fingerprint": "bench", "parts": parts, "schemas": schemas}
    (out / "lake.json").write_text(json.dumps(manifest), encoding="utf-8")


def make_run(out: Path, n_institutions: int, n_findings: int, n_persons: int) -> None:
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
    columns: dict[str, list[Any]] = {
        "finding_id": [f"{i:024x}" for i in range(n_findings)],
        "rule_id": [rules[r] for r in rule],
        "rule_version": ["1"] * n_findings,
        "kind": [kinds[r % len(kinds)] for r in rule],
        "certainty": ["definite" if r % 3 else "suspected" for r in rule],
        "fixmedins_code": [codes[p * 37 % n_institutions] for p in pick],
        "psn_no": [f"4310000000{i % n_persons:08d}" for i in range(n_findings)],
        "mdtrt_id": [f"M{i % n_persons:09d}000" for i in range(n_findings)],  # the person's stay
        "bkkp_sns": [[f"L{i % n_persons:09d}000020", f"L{i % n_persons:09d}000030"] for i in range(n_findings)],
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
    make_lake(out / "lake", n_persons, codes)
    keep_evidence(out, frame)
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
    record = {"run_id": "bench", "started": "2025-01-01T00:00:00+08:00", "lake": str(out / "lake"), "lake_fingerprint": "bench"}
    (out / "run.json").write_text(json.dumps(record), encoding="utf-8")


def keep_evidence(out: Path, findings: pl.DataFrame) -> None:
    """The persons' evidence beside the run, as the main job keeps it."""
    job = Job(str(out / "lake"), str(out / "work"), None, None, "bench")
    write_parquet(findings, job.steps().path("findings.parquet"))
    evidence_step(job, out / FOLDER)


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

    def __init__(self, number: int, seconds: float, think: float, wait: float, all_in: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.wait, self.all_in = wait, all_in
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
        time.sleep(self.wait)
        with self.opener.open(f"http://127.0.0.1:{PORT}/login/", timeout=60) as answer:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
        form = {"username": f"user{self.number}", "password": PASSWORD, "csrfmiddlewaretoken": token[1] if token else ""}
        request = urllib.request.Request(
            f"http://127.0.0.1:{PORT}/login/", urllib.parse.urlencode(form).encode(), {"Referer": f"http://127.0.0.1:{PORT}/login/"}
        )
        began = time.perf_counter()
        self.opener.open(request, timeout=60).close()
        self.times.append((SIGN_IN, (time.perf_counter() - began) * 1000))
        self.all_in.wait(timeout=600)
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
                one = self.random.choice(found)
                self.get("finding, fee lines", f"/findings/{one}/")
                self.get("stay by day", f"/findings/{one}/stay/")
                self.get("person's timeline", f"/findings/{one}/person/")
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
    parser.add_argument("--persons", type=int, default=24_000)
    parser.add_argument("--sign-in-gap", type=float, default=1.0)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=1.0)
    parser.add_argument("--keep", type=Path, help="folder of the city; used again when it holds one")
    parser.add_argument("--prepare", action="store_true", help="make the city in --keep and measure nothing")
    options = parser.parse_args()
    if options.prepare and options.keep is None:
        parser.error("--prepare needs --keep FOLDER, where the city is to lie.")
    with tempfile.TemporaryDirectory() as passing:
        folder = (options.keep or Path(passing)).resolve()
        os.environ |= {"HUOYAN_HOME": str(folder), "HUOYAN_HTTPS": "0", "HUOYAN_PASSWORD": PASSWORD, "DJANGO_SETTINGS_MODULE": "workbench.settings"}
        sys.path.insert(0, str(ROOT))
        import django  # noqa: PLC0415  after the environment is set
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        call_command("migrate", verbosity=0)
        prepared = folder / "prepared"
        if not prepared.is_file():
            prepare(folder, options, parser)
            prepared.touch()
        if options.prepare:
            return 0
        # every measurement begins with no person's rows at hand
        shutil.rmtree(folder / "persons", ignore_errors=True)
        return measure(options)


def prepare(folder: Path, options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """The city, its run, the database with both and the users."""
    make_run(folder / "run", options.institutions, options.findings, options.persons)
    make_monitor(folder / "run", options.institutions // 8)
    from workbench.accounts.models import User as Account  # noqa: PLC0415
    from workbench.results.load import load_run  # noqa: PLC0415
    from workbench.results.models import Run  # noqa: PLC0415

    if Run.objects.exists():
        parser.error("The database holds runs already; name an empty one in HUOYAN_DATABASE_URL.")
    for number in range(options.users):
        Account.objects.filter(username=f"user{number}").delete()
        Account.objects.create_user(f"user{number}", password=PASSWORD, role="auditor", all_counties=True)
    began = time.monotonic()
    load_run(folder / "run")
    print(f"loading {options.findings:,} findings: {time.monotonic() - began:.1f} s")
    draw_profiles(options.institutions)


def measure(options: argparse.Namespace) -> int:
    """Serves the prepared city, sends the users, prints what they waited; 1 when a page misses the goal."""
    from flows.cli_workbench import server_command  # noqa: PLC0415

    server = subprocess.Popen(server_command("127.0.0.1", PORT), cwd=ROOT)
    try:
        _wait()
        start: list[float] = []
        # the counters start once all are in
        all_in = threading.Barrier(options.users, lambda: start.extend(_counters(server.pid)))
        users = [User(number, options.seconds, options.think, number * options.sign_in_gap, all_in) for number in range(options.users)]
        for user in users:
            user.start()
        for user in users:
            user.join()
        spent, busy, own, clock = (now - then for now, then in zip(_counters(server.pid), start, strict=True))
        others = (busy - spent - own) / clock
    finally:
        server.terminate()
        server.wait(timeout=120)
    times = [pair for user in users for pair in user.times]
    worst = report(times)
    read = sum(name != SIGN_IN for name, _milliseconds in times)
    print(f"server: {spent / max(read, 1) * 1000:.0f} ms of processor time a page, {read / clock:.1f} pages a second;", end=" ")
    print(f"the machine's other work took {max(others, 0):.2f} of {os.cpu_count()} processors")
    return worst


def _counters(server: int) -> tuple[float, float, float, float]:
    """Processor seconds of the server, of everything on the machine and of the users here, and the clock."""
    return _processor_seconds(server), _busy_seconds(), time.process_time(), time.monotonic()


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
