"""The power test's report: a page, a workbook and a picture of what is found of each planted fraud, by strength."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
import xlsxwriter
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.kinds import Kind
from models.plant import all_plants
from models.power import NotPlanted

_PAGE: Final = "power.html"
#: A plant of which less than this share is found, at the strengths up to ``_MODEST`` or at the greatest, counts as hardly seen.
_HARDLY: Final = 0.5
_MODEST: Final = 0.3
_HEADERS: Final = {
    "kind_zh": "违规类型",
    "title_zh": "植入手法",
    "strength": "强度",
    "cases": "植入例数",
    "share_found": "检出占比",
    "share_found_same_kind": "按本类检出占比",
    "yuan": "涉及金额（元）",
    "yuan_found": "检出金额（元）",
    "houses": "机构数",
    "median_rank_before": "植入前名次（中位）",
    "median_rank": "名次（中位）",
    "cost_to_reach": "查到该名次的检查成本（元）",
    "share_suspected": "作假机构中红黄灯占比",
    "share_red": "作假机构中红灯占比",
}


def told(curves: pl.DataFrame) -> pl.DataFrame:
    """The curves with the Chinese names and deeds of their plants, kinds in the order of the contract."""
    order = {kind.value: place for place, kind in enumerate(Kind)}
    names = pl.DataFrame(
        [(unit.plant_id, unit.title_zh, unit.does_zh, unit.unit_zh) for unit in all_plants()],
        schema=["plant_id", "title_zh", "does_zh", "unit_zh"],
        orient="row",
    )
    kinds = pl.col("kind").replace_strict({kind.value: kind.zh for kind in Kind}, default=pl.col("kind"))
    return (
        curves.join(names, on="plant_id", how="left")
        .with_columns(kind_zh=kinds, place=pl.col("kind").replace_strict(order, default=len(order)))
        .sort("place", "plant_id", "strength")
        .drop("place")
    )


def power_page(curves: pl.DataFrame, refused: Sequence[NotPlanted], houses: int) -> str:
    """The report as one self-contained Chinese page."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    pages.filters["percent"] = lambda share: "—" if share is None else f"{share:.0%}"
    pages.filters["thousands"] = lambda number: "—" if number is None else f"{number:,.0f}"
    rows = [_plant_row(part) for _, part in told(curves).group_by("plant_id", maintain_order=True)]
    hardly = [row for row in rows if _least(row) < _HARDLY]
    tried = {row["kind_zh"] for row in rows}
    return pages.get_template(_PAGE).render(
        rows=rows,
        strengths=sorted(set(curves["strength"])),
        hardly=sorted(hardly, key=_least),
        half=_HARDLY,
        modest=_MODEST,
        refused=refused,
        houses=houses,
        kinds=len(tried),
        untried=[kind.zh for kind in Kind if kind.zh not in tried],
        cases=curves.filter(pl.col("strength") == pl.col("strength").max())["cases"].sum(),
    )


def _least(row: dict[str, Any]) -> float:
    """The smaller of the shares found at modest strengths (where any was tried) and at the greatest."""
    last: float = row["last"]["share_found"]
    return last if row["modest"] is None else min(last, row["modest"])


def _plant_row(part: pl.DataFrame) -> dict[str, Any]:
    """One plant's row of the page: its figures by strength and the points of its little curve (0–100 × 0–30)."""
    first = part.row(0, named=True)
    modest = part.filter(pl.col("strength") <= _MODEST)
    points = " ".join(f"{4 + 92 * row['strength']:.1f},{28 - 26 * row['share_found']:.1f}" for row in part.iter_rows(named=True))
    return {
        "title_zh": first["title_zh"],
        "kind_zh": first["kind_zh"],
        "does_zh": first["does_zh"],
        "unit_zh": first["unit_zh"],
        "houses": first["houses"],
        "rank_before": first["median_rank_before"],
        "by_strength": {row["strength"]: row for row in part.iter_rows(named=True)},
        "modest": modest["share_found"].mean(),
        "last": part.row(-1, named=True),
        "points": points,
    }


def power_workbook(path: Path, curves: pl.DataFrame, refused: Sequence[NotPlanted]) -> None:
    """Sheets: notes, every figure, shares found by strength with their curves, and what could not be planted."""
    rows = told(curves)
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"})
        percent, whole = book.add_format({"num_format": "0%"}), book.add_format({"num_format": "#,##0"})
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 28)
        notes.set_column(1, 1, 90)
        notes.set_column(2, 2, 32)
        notes.write_row(0, 0, ["植入手法", "机构怎么做", "按什么抽取（强度为其占比）"], head)
        for line, row in enumerate(rows.unique("plant_id", keep="first", maintain_order=True).iter_rows(named=True), start=1):
            notes.write_row(line, 0, [row["title_zh"], row["does_zh"], row["unit_zh"]])
        figures = book.add_worksheet("检出能力")
        for place, (name, header) in enumerate(_HEADERS.items()):
            figures.write_string(0, place, header, head)
            shown = percent if name.startswith("share") or name == "strength" else whole if rows[name].dtype.is_numeric() else None
            figures.set_column(place, place, 22 if name in ("kind_zh", "title_zh") else 13, shown)
            for line, value in enumerate(rows[name].to_list(), start=1):
                if value is not None:
                    figures.write(line, place, value)
        figures.set_row(0, 48)
        figures.freeze_panes(1, 2)
        figures.autofilter(0, 0, rows.height, len(_HEADERS) - 1)
        _curve_sheet(book, rows, head, percent)
        missing = book.add_worksheet("未能植入")
        missing.set_column(0, 1, 28)
        missing.set_column(2, 2, 80)
        missing.write_row(0, 0, ["违规类型", "植入手法", "原因"], head)
        for line, unit in enumerate(refused, start=1):
            missing.write_row(line, 0, [unit.plant.kind.zh, unit.plant.title_zh, unit.reason_zh])
        for sheet in book.worksheets():
            sheet.set_paper(9)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)


def _curve_sheet(book: Any, rows: pl.DataFrame, head: Any, percent: Any) -> None:
    """One row a plant, one column a strength, coloured, with the curves of each kind drawn beside."""
    sheet = book.add_worksheet("曲线")
    wide = rows.pivot("strength", index=["kind_zh", "title_zh"], values="share_found", aggregate_function="first", maintain_order=True)
    strengths = [name for name in wide.columns if name not in ("kind_zh", "title_zh")]
    sheet.write_row(0, 0, ["违规类型", "植入手法"], head)
    sheet.write_row(
        0, 2, [float(name) for name in strengths], book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "num_format": "0%"})
    )
    sheet.set_column(0, 1, 24)
    sheet.set_column(2, 1 + len(strengths), 9, percent)
    for line, row in enumerate(wide.iter_rows(), start=1):
        for place, value in enumerate(row):
            if value is not None:
                sheet.write(line, place, value)
    colours = {"type": "3_color_scale", "min_color": "#F8CBAD", "mid_color": "#FFF2CC", "max_color": "#C6E0B4"}
    sheet.conditional_format(1, 2, wide.height, 1 + len(strengths), colours)
    sheet.freeze_panes(1, 2)
    last = 1 + len(strengths)
    for number, start in enumerate(range(1, wide.height + 1, 8)):
        chart = book.add_chart({"type": "line"})
        for line in range(start, min(start + 8, wide.height + 1)):
            chart.add_series(
                {
                    "name": ["曲线", line, 1],
                    "categories": ["曲线", 0, 2, 0, last],
                    "values": ["曲线", line, 2, line, last],
                    "marker": {"type": "circle", "size": 5},
                }
            )
        chart.set_title({"name": "检出占比（随强度）", "name_font": {"size": 11}})
        chart.set_x_axis({"num_format": "0%"})
        chart.set_y_axis({"min": 0, "max": 1, "num_format": "0%"})
        sheet.insert_chart(1 + 17 * number, last + 2, chart, {"x_scale": 1.35, "y_scale": 1.1})


def power_picture(path: Path, curves: pl.DataFrame) -> None:
    """Two tables in colour: the share of planted cases found, and the median rank of the institutions, by plant and strength."""
    import matplotlib as mpl  # noqa: PLC0415 - loads slowly

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    rows = told(curves)
    strengths = sorted(set(rows["strength"]))
    plants = rows["plant_id"].unique(maintain_order=True).to_list()
    figure, axes = plt.subplots(1, 2, figsize=(11, 1.4 + 0.27 * len(plants)), layout="constrained", sharey=True)
    for axis, measure, title, scale in (
        (axes[0], "share_found", "share of planted cases found", {"vmin": 0, "vmax": 1, "cmap": "RdYlGn"}),
        (axes[1], "median_rank", "median rank of the institution (1 = first)", {"cmap": "RdYlGn_r"}),
    ):
        wide = rows.pivot("strength", index="plant_id", values=measure, aggregate_function="first", maintain_order=True)
        values = wide.select(str(strength) for strength in strengths).cast(pl.Float64).to_numpy()
        axis.imshow(np.log(values) if measure == "median_rank" else values, aspect="auto", alpha=0.75, **scale)
        for line, place in np.ndindex(values.shape):
            value = values[line, place]
            said = "" if np.isnan(value) else f"{value:.0%}" if measure == "share_found" else f"{value:.0f}"
            axis.text(place, line, said, ha="center", va="center", fontsize=8)
        axis.set_xticks(range(len(strengths)), [f"{strength:.0%}" for strength in strengths])
        axis.set_yticks(range(len(plants)), plants, fontsize=8)
        axis.set(xlabel="strength (share of the institution's units)")
        axis.set_title(title, fontsize=10)
        axis.spines[:].set_visible(False)
        axis.tick_params(length=0)
    figure.savefig(path, dpi=130, format="png")
    plt.close(figure)
