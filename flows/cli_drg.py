"""``huoyan drg …``, ``huoyan monitor`` and ``huoyan effect``: grouping, monitoring of case payment, and what a change did."""

from __future__ import annotations

import re
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
from features.drg.scheme import load_schemes
from features.lake import Lake
from features.parameters import City
from features.tables import Tables
from flows.cli_models import existing
from models.effects.panel import DIALYSIS, MEASURES, Measure, first_billed, own_panel, panel

if TYPE_CHECKING:
    from models.effects.report import EffectReport

console = Console()
app = typer.Typer(name="drg", help="DRG: group settlement lists, or make a city's own scheme.", no_args_is_help=True)

LakeOption = Annotated[
    Path, typer.Option(help="The lake that holds the settlement lists (a run keeps it in OUT/lake).", exists=True, file_okay=False)
]
SchemeOption = Annotated[
    Path | None,
    typer.Option(
        help="A folder with the city's own scheme, or with one sub-folder a version; left out: the parameter drg.schemes, else CHS-DRG 1.1."
    ),
]
ConfigOption = Annotated[Path | None, typer.Option(help="The city's own parameters (YAML).")]


@app.command("group")
def group_command(
    lake: LakeOption,
    out: Annotated[Path, typer.Option(help="Parquet or CSV file for the groups, one row a settlement list, with path and reason.")],
    scheme: SchemeOption = None,
    config: ConfigOption = None,
) -> None:
    """Groups every settlement list of a lake and says how many got no group, and why."""
    from flows.monitor import own_schemes  # noqa: PLC0415 - Prefect is slow to load and must see the environment first

    opened, chosen = Lake(lake), load_schemes(scheme or own_schemes(City.load(config)))
    begin = time.perf_counter()
    parts = [group_lists(Tables(opened, bucket), chosen).collect() for bucket in opened.buckets]
    result = pl.concat(parts).sort("case_id")
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".csv":
        result.with_columns(pl.col("severity_codes").list.join(";")).write_csv(out, include_bom=True)
    else:
        result.write_parquet(out)
    console.print(f"{'、'.join(version.name_zh for version in chosen)}：{len(result)} 份结算清单，{time.perf_counter() - begin:.1f} 秒")
    table = Table()
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
    path = write_drg_monitor(Lake(lake), out, City.load(config), scheme)
    found = pl.read_parquet(out / "drg" / "alerts.parquet")
    console.print(f"已写入 {path}，预警 {len(found)} 条（其中报警 {(found['grade'] == 'alarm').sum()} 条）。")


def effect(
    runs: Annotated[Path, typer.Option("--runs", help="The run folder (OUT of huoyan run).", exists=True, file_okay=False)],
    measure: Annotated[str, typer.Option(help=f"One of {', '.join(MEASURES)}, {DIALYSIS}; or the name of your own (with --table).")] = "all",
    starts: Annotated[
        Path | None,
        typer.Option(
            help="CSV with fixmedins_code, start (yyyy-MM-dd). Left out: the first month paid mostly by DRG, or with records of a face terminal.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    start: Annotated[str | None, typer.Option(help="One date for everybody (yyyy-MM-dd): an interrupted time series of the whole city.")] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            help="Your own measure: CSV or Parquet, one row a case with fixmedins_code, day (yyyy-MM-dd), value.", exists=True, dir_okay=False
        ),
    ] = None,
    price: Annotated[float | None, typer.Option(help="With --table: yuan that one unit of the value is worth.")] = None,
    change: Annotated[str | None, typer.Option(help="What changed, as the report shall call it.")] = None,
) -> None:
    """What a change with a start date did to a measure: estimate with 95 % interval, placebo, event study, yuan saved.

    Writes effect/<measure>.json and effect/<measure>.svg into the run folder.
    """
    from flows.effect import write_effects, write_report  # noqa: PLC0415 - Prefect is slow to load and must see the environment first

    if measure == "all":
        if starts or start or table:
            raise typer.BadParameter("a start date or a table of your own belongs to one measure; name it", param_hint="--measure")
        for report in write_effects(runs, Lake(runs / "lake")):
            _tell(report)
        return
    if not re.fullmatch(r"\w+", measure):
        raise typer.BadParameter("a measure's name is letters, digits and underscores: it becomes a file's name", param_hint="--measure")
    report = _one(runs, measure, starts, start, table, price, change)
    _tell(report)
    write_report(runs, report)
    if report.effect is None:
        raise typer.Exit(2)


def _one(
    runs: Path, measure: str, starts: Path | None, start: str | None, table: Path | None, price: float | None, change: str | None
) -> EffectReport:
    from flows.effect import BY_GROUP, TERMINALS, dialysis_measure, dialysis_months, terminal_starts  # noqa: PLC0415
    from models.effects.report import estimate, series_estimate  # noqa: PLC0415 - scipy loads slowly

    given = pl.read_csv(starts, try_parse_dates=True, schema_overrides={"fixmedins_code": pl.String}) if starts else None
    none = pl.DataFrame(schema={"fixmedins_code": pl.String, "start": pl.Date})
    said = change or (TERMINALS if measure == DIALYSIS else BY_GROUP)
    if table is not None:
        said = change or "实施"
        rows = pl.read_parquet(table) if table.suffix == ".parquet" else pl.read_csv(table, try_parse_dates=True)
        kind = Measure(measure, "", yuan=price)
        frame = own_panel(rows, "fixmedins_code", "day", "value", none if given is None else given)
    elif measure == DIALYSIS:
        lake = Lake(runs / "lake")
        months = dialysis_months(lake)
        if months is None:
            raise typer.BadParameter("the lake holds no outpatient dialysis", param_hint="--measure")
        kind = dialysis_measure(months)
        frame = own_panel(months, "fixmedins_code", "month", "sessions", terminal_starts(lake) if given is None else given)
    elif measure in MEASURES:
        cases = pl.read_parquet(existing(runs / "drg" / "cases.parquet"))
        kind = MEASURES[measure]
        frame = panel(cases, first_billed(cases) if given is None else given, measure)
    else:
        raise typer.BadParameter(f"unknown measure {measure!r}; known are {', '.join([*MEASURES, DIALYSIS])}", param_hint="--measure")
    if start is None:
        return estimate(frame, measure, kind, said)
    day = date.fromisoformat(start)
    return series_estimate(frame, day.year * 12 + day.month - 1, measure, kind, said)


def _tell(report: EffectReport) -> None:
    if report.effect is None:
        console.print(f"[red]{report.measure.title_zh}：无法估计：{report.refused}[/red]")
        return
    table = Table(title=f"{report.change_zh} → {report.measure.title_zh}（{report.measure.unit_zh}）")
    for name in ("", "估计", "95%区间", "相对实施前"):
        table.add_column(name)
    for label, found in (("效果", report.effect), ("安慰剂（提前三个月）", report.check)):
        if found is not None:
            table.add_row(label, f"{found.estimate:.4g}", f"{found.low:.4g} 至 {found.high:.4g}", f"{found.relative:.1%}")
    console.print(table)
    for line in report.effect.warnings:
        console.print(f"[yellow]注意：{line}[/yellow]")
    if report.claim is not None:
        console.print(report.claim.sentence)
