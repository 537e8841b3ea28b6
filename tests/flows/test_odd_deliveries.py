"""Deliveries as no one would wish them: each either runs to the end or is refused with a sentence that says what to mend."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from features.contracts import all_tables
from features.lake import LakeError
from flows.home import Home
from flows.ingest import DeliveryError, ingest
from flows.monitor import write_drg_monitor
from flows.reporting import hand_over
from flows.scoring import score_step
from flows.steps import Job, bucket_step, city_step, line_totals_step
from simulation import simulate

pytestmark = pytest.mark.slow

Row = dict[str, str]
City = dict[str, list[Row]]
REQUIRED = [name for name, table in all_tables().items() if table.need == "required"]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A thousand persons over two months, as rows."""
    folder = tmp_path_factory.mktemp("odd")
    simulate(1_000, 2, 5, folder, dirt=False)
    read: City = {}
    for file in sorted(folder.rglob("*.csv.gz")):
        name = file.parent.name if file.parent != folder else file.name.split(".")[0]
        read.setdefault(name, []).extend(csv.DictReader(io.StringIO(gzip.decompress(file.read_bytes()).decode())))
    return read


@pytest.fixture
def home(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A run folder; the tracking store is shared, since making one takes longer than the rest."""
    monkeypatch.setenv("HUOYAN_MLFLOW_URI", f"sqlite:///{tmp_path_factory.getbasetemp() / 'odd.db'}")
    made = Home.of(tmp_path / "out")
    made.prepare()
    return made


def text(rows: list[Row], separator: str = ",") -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n", delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def write(folder: Path, city: City) -> Path:
    folder.mkdir()
    for name, rows in city.items():
        if rows:
            (folder / f"{name}.csv").write_text(text(rows), encoding="utf-8")
    return folder


def run(delivery: Path, home: Home) -> pl.DataFrame:
    """The main job's steps in this process; gives the suspects."""
    report = ingest(delivery, home.lake)
    job = Job.of(home.lake, home.work, None)
    for bucket in job.open_lake().buckets:
        bucket_step(job, bucket)
    city_step(job, home.facts)
    line_totals_step(job)
    hand_over(job, home, report, score_step(job, home))
    write_drg_monitor(job.open_lake(), home.out, job.city())
    return pl.read_csv(home.out / "suspects.csv", infer_schema_length=None)


def _only(city: City, keeps: Callable[[Row], bool]) -> City:
    """The city with those visits alone, and what hangs on them."""
    visits = {row["mdtrt_id"] for row in city["mdtrt_d"] if keeps(row)}
    return {name: [row for row in rows if row.get("mdtrt_id", "") in visits or "mdtrt_id" not in row] for name, rows in city.items()}


def _busiest(city: City) -> str:
    codes = [row["fixmedins_code"] for row in city["mdtrt_d"]]
    return max(sorted(set(codes)), key=codes.count)


def _with(city: City, change: Callable[[str, Row], Row]) -> City:
    return {name: [row | change(name, row) for row in rows] for name, rows in city.items()}


def _later(name: str, row: Row) -> Row:
    times = ("begntime", "endtime", "setl_time", "fee_ocur_time", "begndate", "enddate")
    concerned = name in ("mdtrt_d", "setl_d", "fee_list_d")
    return {column: "2099" + value[4:] for column, value in row.items() if concerned and column in times and value}


def _bare(name: str, row: Row) -> Row:
    needed = {*all_tables()[name].required_columns, *all_tables()[name].key}
    return {column: "" for column in row if column not in needed}


ODD: dict[str, Callable[[City], City]] = {
    "only the required tables": lambda city: {name: city[name] for name in REQUIRED},
    "one row a table": lambda city: {name: rows[:1] for name, rows in city.items()},
    "a single institution": lambda city: _only(city, lambda row: row["fixmedins_code"] == _busiest(city)),
    "no stays": lambda city: _only(city, lambda row: not row["med_type"].startswith("2")),
    "stays alone": lambda city: _only(city, lambda row: row["med_type"].startswith("2")),
    "pharmacies alone": lambda city: _only(city, lambda row: row["med_type"].startswith("41")),
    "everything in 2099": lambda city: _with(city, _later),
    "no optional value": lambda city: _with(city, _bare),
    "every settlement a refund": lambda city: _with(city, lambda name, _row: {"refd_setl_flag": "1"} if name == "setl_d" else {}),
    "free of charge": lambda city: _with(city, lambda name, _row: {"det_item_fee_sumamt": "0", "inscp_amt": "0"} if name == "fee_list_d" else {}),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_delivery_runs_to_the_end_and_every_row_is_accounted_for(city: City, home: Home, tmp_path: Path, name: str) -> None:
    odd = ODD[name](city)
    suspects = run(write(tmp_path / "in", odd), home)
    assert suspects.height > 0
    report = json.loads((home.out / "delivery_report.json").read_text(encoding="utf-8"))
    assert {table: account["rows_read"] for table, account in report["tables"].items()} == {table: len(rows) for table, rows in odd.items() if rows}
    assert (home.out / "findings.parquet").is_file()
    assert (home.out / "drg_monitor.csv").is_file()


def test_what_cannot_run_for_want_of_optional_tables_is_said(city: City, home: Home, tmp_path: Path) -> None:
    run(write(tmp_path / "in", {name: city[name] for name in REQUIRED}), home)
    report = json.loads((home.out / "delivery_report.json").read_text(encoding="utf-8"))
    waiting = {table for rule in report["rules_not_run"] for table in rule["missing_tables"]}
    assert {"scene_rcd_d", "drug_trac_d", "dr_info_b"} <= waiting
    assert {point for rule in report["rules_not_run"] for point in rule["missing_points"]} == {"医疗服务项目限工伤保险"}
    assert {"scene_rcd_d", "drug_trac_d", "dr_info_b"} <= set(report["tables_absent"])


def test_a_city_whose_rows_are_all_void_is_refused_after_the_load(city: City, home: Home, tmp_path: Path) -> None:
    void = _with(city, lambda _name, row: {"vali_flag": "0"} if "vali_flag" in row else {})
    with pytest.raises(LakeError, match="No institution did business"):
        run(write(tmp_path / "in", void), home)


@pytest.mark.parametrize("table", REQUIRED)
def test_a_required_table_with_a_header_alone_is_refused_by_name(city: City, home: Home, tmp_path: Path, table: str) -> None:
    folder = write(tmp_path / "in", city)
    (folder / f"{table}.csv").write_text(text(city[table]).split("\n", 1)[0] + "\n", encoding="utf-8")
    with pytest.raises(DeliveryError, match=table):
        ingest(folder, home.lake)
    assert not (home.lake / "lake.json").exists()


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_is_named_with_the_file(city: City, home: Home, tmp_path: Path, separator: str) -> None:
    folder = write(tmp_path / "in", city)
    (folder / "dr_info_b.csv").write_text(text(city["dr_info_b"], separator), encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"dr_info_b\.csv is separated by"):
        ingest(folder, home.lake)


@pytest.mark.parametrize(
    ("ending", "damage"),
    [
        (".csv.gz", lambda whole: gzip.compress(whole)[:-2000]),
        (".csv.gz", lambda whole: whole),
        (".parquet", lambda whole: b"PAR1" + whole[:100]),
    ],
    ids=["gzip cut off", "not gzip at all", "no whole parquet"],
)
def test_a_damaged_file_is_named_and_nothing_is_changed(
    city: City, home: Home, tmp_path: Path, ending: str, damage: Callable[[bytes], bytes]
) -> None:
    folder = write(tmp_path / "in", {name: rows for name, rows in city.items() if name != "fee_list_d"})
    (folder / f"fee_list_d{ending}").write_bytes(damage(text(city["fee_list_d"]).encode()))
    with pytest.raises(DeliveryError, match=re.escape(f"fee_list_d{ending}")):
        ingest(folder, home.lake)
    assert not (home.lake / "lake.json").exists()


def test_parts_of_one_table_in_csv_gzip_and_parquet_are_one_table(city: City, home: Home, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {name: rows for name, rows in city.items() if name != "fee_list_d"})
    lines = city["fee_list_d"]
    (folder / "fee_list_d").mkdir()
    (folder / "fee_list_d" / "a.csv").write_text(text(lines[::3]), encoding="utf-8")
    (folder / "fee_list_d" / "b.csv.gz").write_bytes(gzip.compress(text(lines[1::3]).encode()))
    pl.DataFrame(lines[2::3]).write_parquet(folder / "fee_list_d" / "c.parquet")
    mixed = ingest(folder, home.lake)
    whole = ingest(write(tmp_path / "whole", city), tmp_path / "lake")
    assert mixed.tables["fee_list_d"].rows_accepted == whole.tables["fee_list_d"].rows_accepted
    assert mixed.tables["fee_list_d"].fen_accepted == whole.tables["fee_list_d"].fen_accepted
