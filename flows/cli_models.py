"""``huoyan plan``, ``huoyan retrain``, ``huoyan models …``: the ranked list put to use, and the models behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from features.parameters import City
from flows.home import Home
from flows.store import write_csv_for_excel

console = Console()
models = typer.Typer(help="The registered models: which one scores, and the way back.", no_args_is_help=True)
RunFolder = Annotated[Path, typer.Option("--runs", help="The run folder (OUT of huoyan run).")]
Config = Annotated[Path | None, typer.Option(help="The city's own parameters (YAML).")]


def plan(
    runs: RunFolder,
    inspections: Annotated[int, typer.Option(min=1, help="How many institutions can be visited.")],
    per_county: Annotated[int | None, typer.Option(min=1, help="At most so many in one county.")] = None,
    config: Config = None,
) -> None:
    """The best list for a given inspection capacity: whom to visit, what it should bring, what leaving one out costs.

    Writes inspection_plan.csv into the run folder. Each institution is given to the team of another county.
    """
    from models.plan import inspection_plan  # noqa: PLC0415 - scipy's solver loads slowly

    suspects = pl.read_csv(existing(runs / "suspects.csv"), infer_schema_length=None, schema_overrides={"admdvs": pl.String})
    p = City.load(config)["plan"]
    made = inspection_plan(suspects, inspections, p, per_county)
    table = Table(title=f"检查计划 Plan for {inspections} inspections")
    for name in ("名次 rank", "机构 institution", "县区 county", "概率 p", "预计追回 (元)", "不查的代价 (元)", "检查组 team"):
        table.add_column(name, justify="left" if name.endswith(("institution", "county", "team")) else "right")
    for row in made.chosen.iter_rows(named=True):
        table.add_row(
            str(row["rank"]),
            f"{row['fixmedins_name']} {row['fixmedins_code']}",
            row["admdvs"],
            f"{row['probability']:.2f}",
            f"{row['expected_recovery']:,.2f}",
            f"{row['cost_of_leaving_out']:,.2f}",
            row["inspecting_county"] or "—",
        )
    console.print(table)
    console.print(f"列入 {made.chosen.height} 家，预计追回 {made.expected_yuan:,.2f} 元，检查成本 {made.cost_yuan:,.2f} 元。")
    if made.chosen.height < inspections:
        full = "，或所在县区名额已满" if per_county is not None else ""
        console.print(f"其余机构概率低于 {p['probability_min']:.0%}，或预计追回不抵一次检查的成本 {p['inspection_cost']:,.0f} 元{full}，未列入。")
    red = suspects.filter(pl.col("level") == "red").join(made.chosen, on="fixmedins_code", how="anti").height
    if red:
        console.print(f"另有 {red} 家红灯机构未列入，可先函询或在日常稽核中核实。")
    write_csv_for_excel(made.chosen.drop("reasons", strict=False), runs / "inspection_plan.csv")


def retrain(runs: RunFolder, config: Config = None) -> None:
    """Fits a challenger on the newest facts and promotes it only if it passes every written gate."""
    home = Home.of(runs)
    home.prepare()
    from flows.retrain import retrain as flow  # noqa: PLC0415 - Prefect must see the environment first

    promoted = flow(str(home.out), str(config) if config else None)
    console.print("新模型通过全部门槛，已启用。" if promoted else "新模型未通过全部门槛，仍用原模型。")


@models.command("list")
def list_models(runs: RunFolder) -> None:
    """Every registered version with its alias, data and gate results."""
    home = Home.of(runs)
    home.prepare()
    from flows.tracking import MODEL_NAME, connect  # noqa: PLC0415 - MLflow must see the environment first

    client = connect(home).MlflowClient()
    table = Table(title=MODEL_NAME)
    for name in ("version", "alias", "fitted on", "metrics"):
        table.add_column(name)
    for version in sorted(client.search_model_versions(f"name='{MODEL_NAME}'"), key=lambda found: int(found.version)):
        metrics = client.get_run(version.run_id).data.metrics
        full = client.get_model_version(MODEL_NAME, version.version)
        table.add_row(
            str(version.version),
            ", ".join(full.aliases),
            version.tags.get("data_fingerprint", "")[:12],
            ", ".join(f"{name} {value:g}" for name, value in sorted(metrics.items())),
        )
    console.print(table)


@models.command("rollback")
def rollback(
    runs: RunFolder,
    version: Annotated[str | None, typer.Option(help="The version to return to; without it, the champion before this one.")] = None,
) -> None:
    """Gives the champion's place back to an earlier version, at once."""
    home = Home.of(runs)
    home.prepare()
    from flows.retrain import rollback as give_back  # noqa: PLC0415 - MLflow must see the environment first

    console.print(f"已恢复为第 {give_back(home, version)} 版。")


def existing(path: Path) -> Path:
    """The path, when it is there. Raises typer.BadParameter that says how to make it."""
    if not path.is_file():
        raise typer.BadParameter(f"{path.name} is not in {path.parent}; run the main job first: huoyan run DELIVERY --out {path.parent}")
    return path
