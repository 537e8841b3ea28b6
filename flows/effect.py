"""What a change did, for a finished run: estimates, event studies and pictures of every measure → OUT/effect/."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from prefect import flow

from features.lake import Lake
from features.reference.items import is_dialysis
from features.tables import Tables
from flows.documents.effect_plot import effect_plot
from flows.store import write_atomically, write_json
from models.effects.panel import DIALYSIS, MEASURES, Measure, first_billed, own_panel, panel
from models.effects.report import EffectReport, estimate

FOLDER = "effect"
BY_GROUP = "按病组付费"
TERMINALS = "血透室人脸识别"
_DIALYSIS_ROOM = "1"


def write_effects(out: Path, lake: Lake) -> list[EffectReport]:
    """Estimates of all measures a run knows, written into ``OUT/effect`` (``<measure>.json``, ``<measure>.svg``).

    Payment by group: starts are read from the bills. Sessions per patient-month: starts are the first month with records of a terminal
    in the dialysis room. A measure that cannot be estimated is written with the reason.
    """
    reports = []
    cases_file = out / "drg" / "cases.parquet"
    if cases_file.is_file():
        cases = pl.read_parquet(cases_file)
        if len(cases):
            starts = first_billed(cases)
            reports += [estimate(panel(cases, starts, name), name, measure, BY_GROUP) for name, measure in MEASURES.items()]
    months = dialysis_months(lake)
    if months is not None:
        sessions = own_panel(months, "fixmedins_code", "month", "sessions", terminal_starts(lake))
        reports.append(estimate(sessions, DIALYSIS, dialysis_measure(months), TERMINALS))
    for report in reports:
        write_report(out, report)
    return reports


def write_report(out: Path, report: EffectReport) -> Path:
    """``OUT/effect/<measure>.json`` and, where there is an estimate, the picture beside it."""
    folder = out / FOLDER
    picture = folder / f"{report.name}.svg"
    picture.unlink(missing_ok=True)
    if report.effect is not None:
        write_atomically(picture, lambda temporary: effect_plot(temporary, report))
    return write_json(report.plain(), folder / f"{report.name}.json")


def dialysis_measure(months: pl.DataFrame) -> Measure:
    """Sessions per patient-month, each worth what a session cost on average."""
    total = int(months["sessions"].sum())
    return Measure("透析次数", "次/患者月", yuan=float(months["fee_fen"].sum()) / 100 / total, of_zh="患者月")


def dialysis_months(lake: Lake) -> pl.DataFrame | None:
    """psn_no, fixmedins_code, month, sessions, fee_fen of outpatient dialysis, net of refunds; None when there was none."""
    parts = [
        Tables(lake, bucket)
        .lines.filter(is_dialysis(pl.col("hilist_code")) & ~pl.col("inpatient"))
        .group_by("psn_no", "fixmedins_code", month=pl.col("date").dt.month_start())
        .agg(sessions=pl.col("cnt").sum(), fee_fen=pl.col("fee_fen").sum())
        .filter(pl.col("sessions") > 0)
        .collect()
        for bucket in lake.buckets
    ]
    months = pl.concat(parts)
    return months if len(months) else None


def terminal_starts(lake: Lake) -> pl.DataFrame:
    """fixmedins_code, start (date): the first month in which a dialysis room's terminal recognised anybody; empty without records."""
    if not lake.has("scene_rcd_d"):
        return pl.DataFrame(schema={"fixmedins_code": pl.String, "start": pl.Date})
    return (
        Tables(lake)
        .raw("scene_rcd_d")
        .filter(pl.col("scene_type") == _DIALYSIS_ROOM)
        .group_by("fixmedins_code")
        .agg(start=pl.col("begntime").min().dt.date().dt.month_start())
        .sort("fixmedins_code")
        .collect()
    )


@flow(name="effect")
def effect(out: Path, lake: Path | None = None) -> Path:
    """What payment by group and other changes did, from a finished run. Gives the folder of the estimates."""
    write_effects(out, Lake(lake or out / "lake"))
    return out / FOLDER
