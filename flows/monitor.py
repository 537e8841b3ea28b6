"""The monitoring flow: discharges of every bucket → measures, alerts, budget → drg_monitor.csv, Parquet for the workbench, workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
from prefect import flow

from features.drg.cases import CASES, drg_cases
from features.drg.scheme import Scheme, load_schemes
from features.drg.weights import hospital_coefficients, standards
from features.lake import Lake
from features.parameters import City
from features.tables import Tables
from flows.documents.monitor_workbook import monitor_workbook
from models.drg_monitor.alerts import alerts
from models.drg_monitor.budget import budget_use, hospital_budget_use
from models.drg_monitor.expected import with_expectations
from models.drg_monitor.monitor_table import drg_monitor

FOLDER = "drg"


def own_schemes(city: City) -> Path | None:
    """The folder with the city's own grouping schemes (drg.schemes); None = the national one."""
    return Path(city["drg"]["schemes"]) if city["drg"]["schemes"] else None


def gather_cases(lake: Lake, city: City, schemes: Sequence[Scheme]) -> pl.DataFrame:
    """The discharges of the whole city, bucket by bucket; empty when the lake holds neither settlement lists nor billed groups."""
    if not (lake.has("mdcs_fund_setl_list_d") or lake.has("drg_setl_d")):
        return pl.DataFrame(schema=CASES)
    parts = [drg_cases(Tables(lake, bucket), schemes, city["drg"]).collect() for bucket in lake.buckets]
    return pl.concat(parts).sort("mdtrt_id")


def write_drg_monitor(lake: Lake, out_dir: Path, city: City, schemes: Path | None = None) -> Path:
    """Writes ``drg_monitor.csv``, ``drg_monitor.xlsx`` and ``drg/*.parquet`` into ``out_dir``; gives the CSV's path.

    Parquet for the workbench: cases, monitor, alerts, budget, hospital_budget, standards, hospitals (docs/drg.md names their columns). Files are
    written anew each time; without inpatient groups the tables are empty and the CSV holds its header alone.
    """
    p = city["drg"]
    cases = gather_cases(lake, city, load_schemes(schemes or own_schemes(city)))
    institutions = Tables(lake).institutions.select("fixmedins_code", "fixmedins_name").collect()
    table = drg_monitor(cases, p, institutions)
    folder = out_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    frames = {
        "cases": cases,
        "monitor": table,
        "alerts": alerts(table, cases, p),
        "budget": budget_use(cases, p),
        "hospital_budget": hospital_budget_use(cases, p),
        "standards": standards(cases, p),
        "hospitals": hospital_coefficients(with_expectations(cases, p) if len(cases) else cases.with_columns(weight=pl.lit(None, pl.Float64)), p),
    }
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    path = out_dir / "drg_monitor.csv"
    table.write_csv(path, include_bom=True, float_precision=4)
    monitor_workbook(out_dir / "drg_monitor.xlsx", frames, institutions, p["workbook_rows_max"])
    return path


@flow(name="monitor")
def monitor(lake: Path, out: Path, config: Path | None = None, scheme: Path | None = None) -> Path:
    """Monitoring of case payment for one lake, run monthly. Gives the path of drg_monitor.csv."""
    return write_drg_monitor(Lake(lake), out, City.load(config), scheme)
