"""``huoyan power``: what the system would not see."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from flows.home import Home

console = Console()


def power(
    data: Annotated[Path, typer.Option(help="The bureau's lake (OUT/lake of huoyan run). It is only read.")],
    out: Annotated[Path, typer.Option(help="Where the copy with the planted frauds, the curves and the picture go.")],
    bucket: Annotated[str | None, typer.Option(help="Which bucket of persons to plant in; the first when left out.")] = None,
    config: Annotated[Path | None, typer.Option(help="The city's own parameters (YAML).")] = None,
) -> None:
    """Plants known frauds of every kind and several strengths into copies of the data and reports what share is found, and at which rank.

    Writes power.html, power.xlsx, power.csv, power.png and power_cases.parquet into OUT and logs the curves to MLflow.
    """
    Home.of(out).prepare()
    from flows.power import power_test  # noqa: PLC0415 - MLflow must see the environment first

    try:
        tested = power_test(data, out, bucket, config)
    except KeyError as error:
        raise typer.BadParameter(str(error.args[0]), param_hint="--bucket") from error
    table = Table(title="检出能力 What planted frauds are found")
    for name in ("手法 plant", "强度 strength", "例 cases", "检出 found", "同类检出 same kind", "机构 houses", "名次 median rank", "植入前 before"):
        table.add_column(name, justify="left" if "plant" in name else "right")
    for row in tested.curves.iter_rows(named=True):
        places = (f"{row[name]:.0f}" if row[name] is not None else "—" for name in ("median_rank", "median_rank_before"))
        shares = (f"{row[name]:.0%}" for name in ("share_found", "share_found_same_kind"))
        table.add_row(row["plant_id"], f"{row['strength']:.0%}", str(row["cases"]), *shares, str(row["houses"]), *places)
    console.print(table)
    for unit in tested.not_planted:
        console.print(f"[yellow]未能植入[/] {unit.plant.title_zh}（{unit.plant.kind.zh}）：{unit.reason_zh}", highlight=False)
    console.print(f"报告 [bold]{out / 'power.html'}[/]  表格 [bold]{out / 'power.xlsx'}[/]")
