"""``huoyan simulate``: a whole city's delivery from a seed, with what was planted kept apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

console = Console()
app = typer.Typer(help="Simulated cities for the demo, tests and benchmarks.")


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="The delivery folder to write.")],
    persons: Annotated[int, typer.Option(min=1_000, help="Insured persons. A real city of 1.1 M persons has about 98 M fee lines a year.")] = 10_000,
    months: Annotated[int, typer.Option(min=1, max=60, help="Months of business.")] = 12,
    seed: Annotated[int, typer.Option(help="Draws the city: its prices, habits, coding style and who cheats how.")] = 1,
    truth: Annotated[
        Path | None, typer.Option(help="Where to write what was planted (institutions, cases, look-alikes). Keep it away from the delivery.")
    ] = None,
    guilty: Annotated[float, typer.Option(min=0.0, max=0.6, help="Share of institutions that cheat; 0 makes a clean city.")] = 0.12,
    disguise: Annotated[float, typer.Option(min=0.0, max=1.0, help="How well they hide it.")] = 0.5,
    price_level: Annotated[float | None, typer.Option(help="Prices against the base; left out, the seed draws it.")] = None,
    clean_files: Annotated[bool, typer.Option(help="Leave out the dirt of real exports.")] = False,
    form: Annotated[Literal["csv.gz", "parquet"], typer.Option(help="File form of the parts.")] = "csv.gz",
) -> None:
    """Makes a city's delivery: lawful life, look-alikes, dirt and planted fraud.

    The same options give the same bytes. Memory does not grow with the number of persons.
    """
    from simulation import simulate as make  # noqa: PLC0415 - numpy and polars load only when needed

    bars = Progress(TextColumn("模拟城市 simulating"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console)
    with bars:
        task = bars.add_task("persons", total=persons)
        rows = make(
            persons,
            months,
            seed,
            out,
            truth,
            guilty_share=guilty,
            disguise=disguise,
            price_level=price_level,
            dirt=not clean_files,
            form=form,
            progress=lambda _, done, total: bars.update(task, completed=done, total=total),
        )
    table = Table("表 table", "行数 rows", title=str(out))
    for name in sorted(rows):
        table.add_row(name, f"{rows[name]:,}")
    console.print(table)
