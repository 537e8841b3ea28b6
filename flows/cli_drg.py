"""``huoyan drg …``, ``huoyan monitor`` and ``huoyan effect``: grouping, monitoring of case payment, and what a change did."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from features.drg.compile_scheme import compile_scheme
from features.drg.grouper import REASONS
from features.drg.lists import group_lists
from features.drg.scheme import load_scheme
from features.lake import Lake
from features.parameters import City
from features.tables import Tables
from models.effects.panel import MEASURES, first_billed, month_number, panel

if TYPE_CHECKING:
    from models.effects.staggered import Effect

console = Console()
app = typer.Typer(name="drg", help="DRG: group settlement lists, or make a city's own scheme.", no_args_is_help=True)

LakeOption = Annotated[
    Path, typer.Option(help="The lake that holds the settlement lists (a run keeps it in OUT/lake).", exists=True, file_okay=False)
]
SchemeOption = Annotated[Path | None, typer.Option(help="A folder with the city's own scheme; the national CHS-DRG 1.1 when left out.")]
ConfigOption = Annotated[Path | None, typer.Option(help="The city's own parameters (YAML).")]


@app.command("group")
def group_command(
    lake: LakeOption,
    out: Annotated[Path, typer.Option(help="Parquet or CSV file for the groups, one row a settlement list, with path and reason.")],
    scheme: SchemeOption = None,
) -> None:
    """Groups every settlement list of a lake and says how many got no group, and why."""
    opened, chosen = Lake(lake), load_scheme(scheme)
    begin = time.perf_counter()
    parts = [group_lists(Tables(opened, bucket), chosen).collect() for bucket in opened.buckets]
    result = pl.concat(parts).sort("case_id")
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".csv":
        result.with_columns(pl.col("severity_codes").list.join(";")).write_csv(out, include_bom=True)
    else:
        result.write_parquet(out)
    table = Table(title=f"{chosen.name_zh}：{len(result)} 份结算清单，{time.perf_counter() - begin:.1f} 秒")
    table.add_column("结果")
    table.add_column("份数", justify="right")
    for reason, count in result.group_by("reason").len().sort("len", descending=True).iter_rows():
        table.add_row(REASONS[reason], str(count))
    console.print(table)


@app.command("compile")
def compile_command(
    source: Annotated[Path, typer.Argument(help="Folder with published member lists (CSV; docs/drg.md names them).", exists=True, file_okay=False)],
    target: Annotated[Path, typer.Argument(help="Folder for the scheme's tables; add a scheme.yaml there.")],
) -> None:
    """Makes a scheme's tables from published member lists."""
    compile_scheme(source, target)
    console.print(f"已写入 {target}；请补充 scheme.yaml（格式见 docs/drg.md），再用 huoyan drg group --scheme {target} 试分组。")


def monitor(
    lake: LakeOption,
    out: Annotated[Path, typer.Option(help="Folder for drg_monitor.csv, drg_monitor.xlsx and drg/*.parquet.")],
    config: ConfigOption = None,
    scheme: SchemeOption = None,
) -> None:
    """Monitors case payment: per hospital, department, physician and group, with control limits and alerts."""
    from flows.monitor import write_drg_monitor  # noqa: PLC0415 - Prefect is slow to load and must see the environment first

    out.mkdir(parents=True, exist_ok=True)
    path = write_drg_monitor(Lake(lake), out, City.load(config), load_scheme(scheme))
    found = pl.read_parquet(out / "drg" / "alerts.parquet")
    console.print(f"已写入 {path}，预警 {len(found)} 条（其中报警 {(found['grade'] == 'alarm').sum()} 条）。")


def effect(
    cases: Annotated[Path, typer.Option(help="Discharges of a monitoring run: OUT/drg/cases.parquet.", exists=True, dir_okay=False)],
    measure: Annotated[str, typer.Option(help=f"One of {', '.join(MEASURES)}.")] = "cost_per_case",
    starts: Annotated[
        Path | None, typer.Option(help="CSV with fixmedins_code, start (yyyy-MM-dd). Left out: the first month paid mostly by DRG.", dir_okay=False)
    ] = None,
    start: Annotated[str | None, typer.Option(help="One date for everybody (yyyy-MM-dd): an interrupted time series of the whole city.")] = None,
    out: Annotated[Path | None, typer.Option(help="JSON file for the estimate, the event study and the placebo.")] = None,
) -> None:
    """What a change with a start date did to a measure: estimate with 95 % interval, placebo, event study, yuan saved."""
    if measure not in MEASURES:
        raise typer.BadParameter(f"unknown measure {measure!r}; known are {', '.join(MEASURES)}", param_hint="--measure")
    discharges = pl.read_parquet(cases)
    dates = first_billed(discharges) if starts is None else pl.read_csv(starts, try_parse_dates=True).select("fixmedins_code", "start")
    try:
        result, check = _estimate(discharges, dates, measure, start)
    except ValueError as error:
        console.print(f"[red]无法估计：{error}[/red]")
        raise typer.Exit(2) from error
    _tell(result, check, measure)
    report: dict[str, object] = {"measure": measure, "estimate": _plain(result), "placebo": None if check is None else _plain(check)}
    if measure in ("cost_per_case", "fund_per_case"):
        from models.effects.savings import savings  # noqa: PLC0415 - statsmodels loads slowly

        claim = savings(result, _treated_cases(discharges, dates, start))
        console.print(claim.sentence)
        report["savings"] = {"yuan": claim.yuan, "low": claim.low, "high": claim.high, "proved": claim.proved, "sentence": claim.sentence}
    if out is not None:
        out.write_text(json.dumps(report, ensure_ascii=False, indent=2, default=str), encoding="utf-8")


def _estimate(discharges: pl.DataFrame, dates: pl.DataFrame, measure: str, start: str | None) -> tuple[Effect, Effect | None]:
    from models.effects.staggered import placebo, staggered_did  # noqa: PLC0415 - statsmodels loads slowly
    from models.effects.time_series import interrupted_series  # noqa: PLC0415

    if start is not None:
        day = date.fromisoformat(start)
        value, _ = MEASURES[measure]
        series = discharges.group_by("month").agg(value=value).select(time=month_number(pl.col("month")), value="value").sort("time")
        return interrupted_series(series, day.year * 12 + day.month - 1), None
    frame = panel(discharges, dates, measure)
    weighted = measure != "cases"
    result = staggered_did(frame, weighted=weighted)
    try:
        return result, placebo(frame, weighted=weighted)
    except ValueError:
        return result, None


def _treated_cases(discharges: pl.DataFrame, dates: pl.DataFrame, start: str | None) -> int:
    if start is not None:
        return discharges.filter(pl.col("month") >= date.fromisoformat(start).replace(day=1)).height
    first = discharges["month"].min()
    return discharges.join(dates, on="fixmedins_code").filter((pl.col("month") >= pl.col("start")) & (pl.col("start") > first)).height


def _plain(result: Effect) -> dict[str, object]:
    return {
        "effect": result.estimate,
        "standard_error": result.standard_error,
        "low": result.low,
        "high": result.high,
        "p_value": result.p_value,
        "relative": result.relative,
        "units": result.n_units,
        "treated": result.n_treated,
        "pretrend_p": result.pretrend_p,
        "warnings": list(result.warnings),
        "event_study": result.event.to_dicts(),
    }


def _tell(result: Effect, check: Effect | None, measure: str) -> None:
    table = Table(title=f"{MEASURES[measure][1]}：实施后变化")
    for name in ("", "估计", "95%区间", "相对实施前"):
        table.add_column(name)
    table.add_row("效果", f"{result.estimate:.4g}", f"{result.low:.4g} 至 {result.high:.4g}", f"{result.relative:.1%}")
    if check is not None:
        table.add_row("安慰剂（提前三个月）", f"{check.estimate:.4g}", f"{check.low:.4g} 至 {check.high:.4g}", f"{check.relative:.1%}")
    console.print(table)
    for line in result.warnings:
        console.print(f"[yellow]注意：{line}[/yellow]")
