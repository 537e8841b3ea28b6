"""``huoyan``: the command. Each area's commands stand in a module ``flows/cli_<area>.py``, which loads when one of them is called: ``run``
starts Prefect's server before it loads anything, and no command waits for what only others need."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from typer.core import TyperGroup
from typer.main import get_group

from flows.home import Home
from flows.temporary_server import temporary_server

#: Command → where it stands: a function is one command, a ``typer.Typer`` a group of them.
AREAS: Final = {
    "ingest": "cli_ingest.ingest",
    "simulate": "cli_simulate.simulate",
    "plan": "cli_models.plan",
    "retrain": "cli_models.retrain",
    "power": "cli_power.power",
    "models": "cli_models.models",
    "features": "cli_features.app",
    "rules": "cli_rules.app",
    "drg": "cli_drg.app",
    "monitor": "cli_drg.monitor",
    "effect": "cli_drg.effect",
    "user": "cli_workbench.user",
    "audit": "cli_workbench.audit",
    "workbench": "cli_workbench.workbench",
}


class Areas(TyperGroup):
    """The commands of this module, and those of the areas as they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *AREAS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands:
            # a name that is no command is held against all of them: one of them is meant
            for name in [cmd_name] if cmd_name in AREAS else AREAS:
                self.commands[name] = _load(name)
        return super().get_command(ctx, cmd_name)


def _load(name: str) -> Any:
    """The command of this name, from its area's module."""
    module, _, attribute = AREAS[name].partition(".")
    unit = getattr(import_module(f"flows.{module}"), attribute)
    alone = typer.Typer(rich_markup_mode="markdown")
    if isinstance(unit, typer.Typer):
        alone.add_typer(unit, name=name)
    else:
        alone.command(name)(unit)
    return get_group(alone).commands[name]


app = typer.Typer(
    name="huoyan",
    cls=Areas,
    help="火眼 Huoyan finds fraud and waste in a city's medical-insurance fund, with evidence down to the fee line.\n\n"
    "Start with:  huoyan run DELIVERY --out OUT   then read OUT/suspects.csv, or open it in a browser with  huoyan serve --runs OUT.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
)
console = Console()
LIGHTS = {"red": "red", "yellow": "yellow", "green": "green"}
STAGES = {
    "ingest": "入库 ingest",
    "rules": "特征与规则 features, rules",
    "city": "全市规则 city rules",
    "score": "评分 score",
    "evidence": "证据 evidence",
    "report": "报告 report",
}


@app.command()
def run(
    delivery: Annotated[str, typer.Argument(help="The delivery: a folder of CSV, CSV.gz or Parquet tables, or a database URL (postgresql://…).")],
    out: Annotated[Path, typer.Option(help="The run folder; made when missing. Starting again on it resumes.")],
    config: Annotated[Path | None, typer.Option(help="The city's own parameters (YAML); only what differs from the defaults.")] = None,
    lake: Annotated[Path | None, typer.Option(help="Keep the lake here instead of OUT/lake, to load month after month into one lake.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="A YAML mapping for a delivery in another layout.")] = None,
    knowledge: Annotated[Path | None, typer.Option(help="The city's own knowledge points, switched on and off (YAML).")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Buckets of persons worked on at once.")] = 1,
    dask: Annotated[str | None, typer.Option(help="Address of a Dask scheduler (tcp://…), or a number of local Dask processes.")] = None,
    top: Annotated[int, typer.Option(min=0, help="How many suspects to print.")] = 10,
) -> None:
    """The main job: takes a delivery to ranked suspects with evidence.

    Writes suspects.csv, findings.parquet, delivery_report.html and drg_monitor.csv into OUT.
    A killed run is started again with the same command and goes on where it was.
    """
    home = Home.of(out, lake)
    home.prepare()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks = {stage: bars.add_task(text, total=None, start=False) for stage, text in STAGES.items()}

        def tell(stage: str, done: int, total: int) -> None:
            bars.start_task(tasks[stage])
            bars.update(tasks[stage], completed=done, total=total)

        try:
            with temporary_server() as wait_until_ready, ThreadPoolExecutor(1) as beside:
                # the libraries load while the server gets ready
                from features.parameters import City  # noqa: PLC0415

                City.load(config)
                from flows.refresh import run_refresh  # noqa: PLC0415 - Prefect must see the environment first
                from flows.tracking import connect  # noqa: PLC0415

                # the tracking store is wanted by the scores: MLflow loads beside the ingest
                beside.submit(connect, home)
                wait_until_ready()
                run_refresh(delivery, out, config=config, lake=lake, mapping=mapping, knowledge=knowledge, workers=workers, dask=dask, progress=tell)
        except _expected_errors() as error:
            bars.stop()
            console.print(f"[bold red]{type(error).__name__}[/]: {error}", highlight=False)
            raise typer.Exit(2) from None
    for warning in json.loads((out / "drift.json").read_text(encoding="utf-8"))["warnings"]:
        console.print(f"[bold yellow]注意[/] {warning}", highlight=False)
    if top:
        print_suspects(out, top)


def _expected_errors() -> tuple[type[Exception], ...]:
    """What a user can mend: shown as one sentence, without a traceback."""
    from features.lake import LakeError  # noqa: PLC0415 - loaded by then
    from features.parameters import ParameterError  # noqa: PLC0415
    from flows.ingest import DeliveryError, MappingError, VaultError  # noqa: PLC0415
    from models.knowledge.load import KnowledgeError  # noqa: PLC0415

    return DeliveryError, VaultError, MappingError, ParameterError, KnowledgeError, LakeError


def print_suspects(out: Path, top: int) -> None:
    """The first suspects as a table, and where to look."""
    import polars as pl  # noqa: PLC0415 - the server starts first

    from models.kinds import Kind  # noqa: PLC0415

    suspects = pl.read_csv(out / "suspects.csv", infer_schema_length=None)
    table = Table(title=f"疑点机构 Suspects（前 {min(top, suspects.height)} 家，共 {suspects.height} 家）", show_lines=True)
    table.add_column("#", justify="right")
    table.add_column("机构 institution", style="bold", min_width=14, overflow="fold")
    table.add_column("分值", justify="right")
    table.add_column("概率", justify="right")
    table.add_column("涉及金额", justify="right")
    table.add_column("类型与首要理由 kinds, first reason", ratio=1, overflow="fold")
    for row in suspects.head(top).iter_rows(named=True):
        kinds = "、".join(Kind(kind).zh for kind in (row["kinds"] or "").split(";") if kind)
        first = (row["reasons"] or "").split(" ")[0]
        table.add_row(
            str(row["rank"]),
            f"[{LIGHTS[row['level']]}]●[/] {row['fixmedins_name']}\n{row['fixmedins_code']}",
            f"{row['score']:.1f}",
            f"{row['probability']:.2f}",
            f"{row['amount_at_issue']:,.2f}",
            f"{kinds}\n[dim]{first}[/]",
        )
    console.print(table)
    console.print(
        f"疑点名单 [bold]{out / 'suspects.csv'}[/]  疑点明细 [bold]{out / 'findings.parquet'}[/]  交付报告 [bold]{out / 'delivery_report.html'}[/]"
    )


@app.command()
def serve(
    runs: Annotated[Path, typer.Option(help="The run folder whose results are shown.")],
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The workbench's port; MLflow and Prefect take the next two.")] = 8000,
    delivery: Annotated[str | None, typer.Option(help="Where the nightly delivery lies; switches the schedules on.")] = None,
    config: Annotated[Path | None, typer.Option(help="The city's own parameters (YAML).")] = None,
) -> None:
    """Starts the workbench with Prefect, its schedules and MLflow beside it; Ctrl-C stops all."""
    Home.of(runs).prepare()
    from flows import serve as serving  # noqa: PLC0415 - after the environment is set
    from flows.cli_workbench import count_users  # noqa: PLC0415

    for text in serving.first_steps(runs, delivery, count_users()):
        console.print(f"[bold yellow]注意[/] {text}", highlight=False)
    try:
        serving.serve(serving.services(runs, host=host, port=port, delivery=delivery, config=config), console.print)
    except serving.ServeError as error:
        console.print(f"[bold red]{type(error).__name__}[/]: {error}", highlight=False)
        raise typer.Exit(2) from None


@app.command()
def docs() -> None:
    """Writes the generated documents anew: the handbook of rules and the catalogue of features."""
    from flows import cli_features, cli_rules  # noqa: PLC0415 - each area loads when it is called

    cli_rules.doc(Path("docs/rules"), Path("tests"))
    cli_features.doc(Path("docs/features.md"))


if __name__ == "__main__":
    app()
