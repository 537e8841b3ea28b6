"""``huoyan ingest``: a delivery into a lake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.ingest import DeliveryError, DeliveryReport, VaultError
from flows.ingest import ingest as load_delivery
from flows.ingest import write_report as write_delivery_report

console = Console()
_STEPS = {"read": "读取与清洗 read and clean", "write": "写入湖 write the lake"}


def ingest(
    delivery: Annotated[str, typer.Argument(help="The delivery: a folder of CSV, CSV.gz or Parquet tables, or a database URL (postgresql://…).")],
    lake: Annotated[Path, typer.Option(help="The lake to load into; made when missing.")],
    mapping: Annotated[
        Path | None, typer.Option(help="A delivery in another layout: a YAML mapping, or the name of one that ships (desynpuf, dialysis_sessions).")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write delivery_report.json/.html and quarantine/ here (default: LAKE/reports).")] = None,
) -> None:
    """Loads a delivery into a lake and accounts for every row and cent.

    Loading is safe to repeat: what is there already changes nothing, and a killed run is simply started again.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks = {step: bars.add_task(text, total=None, start=False) for step, text in _STEPS.items()}

        def tell(step: str, done: int, total: int) -> None:
            bars.start_task(tasks[step])
            bars.update(tasks[step], completed=done, total=total)

        try:
            account = load_delivery(delivery if "://" in delivery else Path(delivery), lake, mapping=mapping, progress=tell)
        except (DeliveryError, VaultError) as error:
            bars.stop()
            console.print(f"[bold red]{type(error).__name__}[/]: {error}", highlight=False, markup=True)
            raise typer.Exit(2) from None
    folder = report or lake / "reports"
    write_delivery_report(account, folder)
    _print(account)
    console.print(f"{folder / 'delivery_report.html'}")


def _print(account: DeliveryReport) -> None:
    table = Table(title=f"{account.source}: {'已更新 changed' if account.changed else '无变化 unchanged'}")
    for name in ("数据表", "名称", "读入 read", "新入库 accepted", "重复 repeated", "隔离 quarantined"):
        table.add_column(name, justify="left" if name in ("数据表", "名称") else "right")
    for entry in account.tables.values():
        numbers = (entry.rows_read, entry.rows_accepted, entry.rows_repeated, entry.rows_quarantined)
        table.add_row(entry.table, entry.zh, *(f"{number:,}" for number in numbers))
    console.print(table)
