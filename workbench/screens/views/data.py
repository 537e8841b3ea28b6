"""The data page: deliveries, quarantine, what could not run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from workbench.accounts.request import Request
from workbench.accounts.rights import needs
from workbench.audit.chain import record
from workbench.results.models import Run
from workbench.screens.shared import chosen_run, page_of

MOST_ROWS = 200
HIDDEN = frozenset({"certno", "psn_name", "live_addr", "tel", "psn_no"})


@require_GET
@needs("data")
def data(request: Request) -> HttpResponse:
    """Deliveries with their counts, quarantine by reason, and what could not run for want of a table."""
    run = chosen_run(request)
    if run is None:
        return render(request, "empty.html", {"title": _("数据")})
    report = run.delivery or {}
    context = {
        "run": run,
        "runs": Run.objects.defer("info", "delivery")[:24],
        "tables": tables_of(report),
        "not_run": _not_run(run, report),
        "quarantine": quarantine_files(run),
        "report": report,
    }
    return render(request, "data/page.html", context)


def tables_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a table of the delivery report, whatever its exact shape: counts, reasons, missing columns, unknown codes."""
    tables = report.get("tables") or {}
    items = tables.items() if isinstance(tables, dict) else ((str(entry.get("table") or entry.get("name")), entry) for entry in tables)
    rows = []
    for name, entry in items:
        quarantined = entry.get("quarantined") or entry.get("quarantine") or 0
        reasons = quarantined if isinstance(quarantined, dict) else entry.get("reasons") or entry.get("quarantined_by_reason") or {}
        rows.append(
            {
                "name": name,
                "title": entry.get("zh") or "",
                "read": entry.get("read", entry.get("rows_read")),
                "accepted": entry.get("accepted", entry.get("rows_accepted")),
                "repeated": entry.get("repeated", entry.get("rows_repeated")),
                "quarantined": sum(reasons.values())
                if isinstance(reasons, dict) and reasons
                else (quarantined if isinstance(quarantined, int) else 0),
                "reasons": reasons if isinstance(reasons, dict) else {},
                "missing": entry.get("missing_columns") or entry.get("columns_missing") or [],
                "unknown": entry.get("unknown_codes") or {},
            }
        )
    return rows


def _not_run(run: Run, report: dict[str, Any]) -> list[dict[str, Any]]:
    listed = report.get("not_run") or report.get("rules_not_run") or []
    if listed:
        return [
            {
                "rule_id": e.get("rule_id", ""),
                "title": e.get("title_zh", ""),
                "tables": [
                    *(e.get("missing_tables") or e.get("tables") or []),
                    *(_("“{}”的知识点").format(name) for name in e.get("missing_points") or []),
                ],
            }
            for e in listed
            if isinstance(e, dict)
        ]
    return [{"rule_id": rule_id, "title": "", "tables": tables} for rule_id, tables in (run.info.get("waiting") or {}).items()]


def quarantine_files(run: Run) -> list[dict[str, Any]]:
    """The files under the run's quarantine folder."""
    folder = Path(run.folder) / "quarantine"
    if not folder.is_dir():
        return []
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".parquet", ".csv") and path.is_file())
    return [{"name": path.relative_to(folder).as_posix(), "size": path.stat().st_size} for path in files]


@require_GET
@needs("quarantine_rows")
def quarantine(request: Request) -> HttpResponse:
    """The first rows of one quarantine file with their reasons; personal columns masked."""
    run = chosen_run(request)
    name = request.GET.get("file", "")
    if run is None or name not in {entry["name"] for entry in quarantine_files(run)}:
        raise Http404
    path = Path(run.folder) / "quarantine" / name
    frame = pl.scan_parquet(path).head(MOST_ROWS).collect() if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False, n_rows=MOST_ROWS)
    record(request, "view_person", "quarantine", name, {"run": run.run_id})
    frame = frame.select(
        pl.lit("****").alias(c) if c in HIDDEN else pl.col(c).cast(pl.String, strict=False) for c in frame.columns if frame[c].dtype != pl.List
    )
    page = page_of(request, frame.rows(), 50)
    return render(request, "data/quarantine.html", {"run": run, "name": name, "columns": frame.columns, "page": page})
