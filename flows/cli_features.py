"""``huoyan features``: what the system computes of stays, persons and institutions, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from features.catalogue import catalogue
from features.feature import GRAINS, all_features
from features.parameters import City, did_you_mean

app = typer.Typer(help="The features: list them, explain one, write the catalogue.", no_args_is_help=True)
console = Console()


@app.command("list")
def list_features(
    grain: Annotated[str | None, typer.Option(help=f"Only features of one grain: {', '.join(GRAINS)}.")] = None,
) -> None:
    """Lists every feature with its grain, Chinese name and what it speaks for."""
    if grain is not None and grain not in GRAINS:
        raise typer.BadParameter(f"no grain {grain!r}{did_you_mean(grain, list(GRAINS))}", param_hint="--grain")
    table = Table("feature", "grain", "名称", "unit", "points to")
    for unit in all_features():
        if grain in (None, unit.grain.name):
            table.add_row(unit.feature_id, unit.grain.name, unit.title_zh, unit.unit, ", ".join(unit.points_to))
    console.print(table)


@app.command()
def show(feature: Annotated[str, typer.Argument(help="The feature's id, as listed by `huoyan features list`.")]) -> None:
    """Explains one feature: how it is counted, what it needs, what an honest hospital may answer."""
    units = {unit.feature_id: unit for unit in all_features()}
    if feature not in units:
        raise typer.BadParameter(f"no feature {feature!r}{did_you_mean(feature, list(units))}", param_hint="FEATURE")
    unit = units[feature]
    console.print(f"[bold]{unit.feature_id}[/bold] {unit.title_zh} · {unit.title_en}  ({unit.grain.name}, {unit.unit or '—'})")
    console.print(unit.why)
    console.print(unit.doc)
    console.print(f"numerator: {unit.numerator}\ndenominator: {unit.denominator}")
    params = City.load()[unit.feature_id]
    for name in unit.params:
        console.print(f"{name} = {params[name]}  ({params.describe(name).meaning_zh})")


@app.command()
def doc(out: Annotated[Path, typer.Option(help="Where to write the catalogue.")] = Path("docs/features.md")) -> None:
    """Writes the catalogue of all features (docs/features.md) from their declarations."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(catalogue(City.load()), encoding="utf-8")
    console.print(f"{len(all_features())} features written to {out}")
