"""What the DRG pages show, read from the run folder: the monitoring table by level and month, alerts, cases, budget, effects."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from models.drg_monitor.funnel import WATCHED
from models.drg_monitor.monitor_table import WHOLE_PERIOD
from models.effects.panel import DIALYSIS, MEASURES
from workbench.results.files import run_file
from workbench.results.models import Run

#: level → the columns that name a unit on the page
UNITS: Final[dict[str, tuple[str, ...]]] = {
    "city": ("month",),
    "hospital": ("fixmedins_name",),
    "department": ("fixmedins_name", "dept"),
    "physician": ("fixmedins_name", "dept", "physician"),
    "drg": ("drg_code", "drg_name"),
    "hospital_drg": ("fixmedins_name", "drg_code", "drg_name"),
}
#: Tables of measures, one shown at a time so that each fits a page; those with a limit that allows for volume have a column ``…_z``
TABLES: Final[dict[str, tuple[str, ...]]] = {
    "use": ("cases", "grouping_rate", "groups", "total_weight", "cmi", "mean_fee", "mean_los", "cost_index", "time_index"),
    "pay": ("cases", "payment", "cost", "surplus", "surplus_rate", "fund_paid", "high_outlier_share", "low_outlier_share"),
    "care": (
        "cases", "deaths", "mortality", "low_risk_deaths", "low_risk_mortality", "readmission_rate", "transfer_rate", "turned_away",
        "turned_away_rate", "turned_away_weight", "under_service",
    ),
    "code": (
        "cases", "ungrouped_share", "severe_share", "severe_expected", "selfpay_share", "selfpay_expected", "around_share", "around_expected",
    ),
}  # fmt: skip
YUAN: Final = frozenset({"mean_fee", "payment", "cost", "surplus", "fund_paid"})
SHARES: Final = frozenset(name for shown in TABLES.values() for name in shown if name.endswith(("_share", "_rate", "_expected", "mortality")))
WARN, ALARM = 2.0, 3.0
MOST_BARS = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure and how far it lies from expectation (warn, alarm or empty)."""

    name: str
    value: Any
    z: float | None

    @property
    def grade(self) -> str:
        if self.z is None:
            return ""
        # few readmissions or low outliers are no cause for concern; a low cost or time index may be
        watched = WATCHED.get(self.name)
        z = abs(self.z) if watched and watched.side == "both" else self.z
        return "" if z < WARN else "alarm" if z >= ALARM else "warn"


def _scan(run: Run, name: str) -> pl.LazyFrame | None:
    path = run_file(run, f"drg/{name}.parquet")
    return pl.scan_parquet(path) if path else None


def has_monitor(run: Run) -> bool:
    """True when the run left a monitoring table."""
    return run_file(run, "drg/monitor.parquet") is not None


def months(run: Run) -> list[str]:
    """The months of the table, oldest first, without the whole period."""
    rows = table(run, "city", None)
    return sorted(month for month in rows["month"].to_list() if month != WHOLE_PERIOD) if rows is not None else []


def table(run: Run, level: str, month: str | None, institutions: frozenset[str] | None = None, code: str = "", drg: str = "") -> pl.DataFrame | None:
    """Rows of a level (and month; None = all), narrowed to the institutions, one institution or one group; None without a table."""
    path = run_file(run, "drg/monitor.parquet")
    if path is None:
        return None
    rows = _level(str(path), path.stat().st_mtime_ns, level, month)
    if institutions is not None and "fixmedins_name" in UNITS[level]:
        rows = rows.filter(pl.col("fixmedins_code").is_in(institutions))
    if code:
        rows = rows.filter(pl.col("fixmedins_code") == code)
    return rows.filter(pl.col("drg_code") == drg) if drg else rows


@lru_cache(maxsize=24)
def _level(path: str, _changed: int, level: str, month: str | None) -> pl.DataFrame:
    rows = pl.scan_parquet(path).filter(pl.col("level") == level)
    return (rows.filter(pl.col("month") == month) if month else rows).collect()


def cells(row: dict[str, Any], shown: Iterable[str]) -> list[Cell]:
    """The figures of a row in the order given."""
    return [Cell(name, row.get(name), row.get(f"{name}_z")) for name in shown]


def alerts(run: Run, institutions: frozenset[str] | None) -> list[dict[str, Any]]:
    """Alarms before warnings, largest deviation first; those of institutions outside ``institutions`` left out."""
    frame = _scan(run, "alerts")
    if frame is None:
        return []
    if institutions is not None:
        frame = frame.filter(pl.col("fixmedins_code").is_null() | pl.col("fixmedins_code").is_in(institutions))
    return frame.sort("grade", pl.col("z").abs(), "level", "month", descending=[False, True, False, False], nulls_last=True).collect().to_dicts()


def driving_cases(run: Run, alert: int, institutions: frozenset[str] | None) -> list[str]:
    """The visits behind one alert (its place in ``alerts``)."""
    listed = alerts(run, institutions)
    return list(listed[alert]["driving_cases"] or []) if 0 <= alert < len(listed) else []


def cases(
    run: Run, institutions: frozenset[str] | None, *, code: str = "", drg: str = "", month: str = "", visits: Iterable[str] | None = None
) -> pl.DataFrame | None:
    """Discharges, dearest against their standard first; None without any."""
    frame = _scan(run, "cases")
    if frame is None:
        return None
    if institutions is not None:
        frame = frame.filter(pl.col("fixmedins_code").is_in(institutions))
    if code:
        frame = frame.filter(pl.col("fixmedins_code") == code)
    if drg:
        frame = frame.filter(pl.col("drg_code") == drg)
    if month and month != WHOLE_PERIOD:
        frame = frame.filter(pl.col("month").dt.strftime("%Y-%m") == month)
    if visits is not None:
        frame = frame.filter(pl.col("mdtrt_id").is_in(list(visits)))
    ratio = (pl.col("fee_fen") / pl.col("pay_std_fen")).alias("ratio")
    return frame.with_columns(ratio).sort("ratio", "mdtrt_id", descending=[True, False], nulls_last=True).collect()


def budget(run: Run) -> list[dict[str, Any]]:
    """Fund spent and budgeted by month, with the forecast."""
    frame = _scan(run, "budget")
    return frame.collect().to_dicts() if frame is not None else []


def hospital_budgets(run: Run, institutions: frozenset[str] | None) -> list[dict[str, Any]]:
    """Each hospital's fund use: fixmedins_code, so far and what was budgeted for it, the year with its interval and budget; largest first."""
    frame = _scan(run, "hospital_budget")
    if frame is None:
        return []
    if institutions is not None:
        frame = frame.filter(pl.col("fixmedins_code").is_in(institutions))
    known = pl.col("forecast").not_()
    return (
        frame.sort("month")
        .group_by("fixmedins_code")
        .agg(
            spent=pl.col("spent_to_date").filter(known).last(),
            budget=pl.col("budget_to_date").filter(known).last(),
            year=pl.col("spent_to_date").last(),
            low=pl.col("low").last(),
            high=pl.col("high").last(),
            year_budget=pl.col("budget_to_date").last(),
        )
        .with_columns(over=pl.col("year") / pl.col("year_budget") - 1)
        .sort("spent", "fixmedins_code", descending=[True, False])
        .collect()
        .to_dicts()
    )


def effects(run: Run) -> list[dict[str, Any]]:
    """What changes did, one record a measure (docs/drg.md names the fields); empty when the run estimated none."""
    folder = run_file(run, "effect")
    if folder is None or not folder.is_dir():
        return []
    records = [_record(path) for path in sorted(folder.glob("*.json"))]
    # what was estimated before what was refused; the measures of models.effects in their own order, the bureau's own after them
    order = {name: place for place, name in enumerate((*MEASURES, DIALYSIS))}
    return sorted((r for r in records if r), key=lambda r: (r.get("refused") is not None, order.get(r["measure"], len(order)), str(r["measure"])))


def _record(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) and content.get("measure") else {}
