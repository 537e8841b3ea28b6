"""The event study of an estimate as a picture: how far the treated lay from expectation, month by month around the start."""

from __future__ import annotations

import warnings
from pathlib import Path

import polars as pl

from models.effects.report import EffectReport


def effect_plot(path: Path, report: EffectReport) -> None:
    """Writes an SVG: points with 95 % intervals (staggered), or what was against what the trend before leads to expect (series)."""
    import matplotlib as mpl  # noqa: PLC0415 - loads slowly
    from matplotlib.figure import Figure  # noqa: PLC0415

    if report.effect is None:
        raise ValueError(f"There is no estimate of {report.name} to draw: {report.refused}")
    event = report.effect.event
    # text stays text, so that the reader's own Chinese font is used; a fixed salt makes the same picture the same bytes
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": report.name, "font.family": "sans-serif"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure = Figure(figsize=(8, 4))
        axis = figure.add_subplot()
        months = event["event_time"].to_numpy()
        if report.method == "staggered":
            shown = event.filter(pl.col("treated") > 0)
            months = shown["event_time"].to_numpy()
            errors = [(shown["effect"] - shown["low"]).to_numpy(), (shown["high"] - shown["effect"]).to_numpy()]
            axis.errorbar(months, shown["effect"].to_numpy(), yerr=errors, fmt="o", capsize=2, color="#1f4e79", ecolor="#7f9db9")
            axis.axhline(0, linewidth=0.8, color="#444444")
            axis.set_ylabel(f"与对照之差（{report.measure.unit_zh}）")
        else:
            axis.plot(months, event["value"].to_numpy(), marker="o", color="#1f4e79", label="实际")
            axis.plot(months, event["expected"].to_numpy(), linestyle="--", color="#c55a11", label="按原走势")
            axis.legend(frameon=False)
            axis.set_ylabel(f"{report.measure.title_zh}（{report.measure.unit_zh}）")
        axis.axvline(-0.5, linestyle="--", linewidth=0.8, color="#444444")
        axis.set_xlabel("距实施月数")
        axis.set_title(f"{report.change_zh}：{report.measure.title_zh}")
        figure.tight_layout()
        figure.savefig(path, format="svg", metadata={"Date": None})
