"""The DRG pages: the city and its months, hospitals, departments, physicians and groups; alerts; cases; what the reform did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from models.drg_monitor.monitor_table import WHOLE_PERIOD
from workbench.accounts.models import Role, User
from workbench.accounts.request import Request
from workbench.accounts.rights import county_codes, needs
from workbench.audit.chain import record
from workbench.results.models import Finding, Run, Suspect
from workbench.screens import monitor
from workbench.screens.formats import masked
from workbench.screens.shared import chosen_run, page_of, whole_number
from workbench.screens.words import SHARE_UNIT, measure_title, unit_title

MOST_EVENTS = 60
CHART_MEASURES = (
    "surplus",
    "cost_index",
    "cmi",
    "time_index",
    "high_outlier_share",
    "low_outlier_share",
    "severe_share",
    "mortality",
    "readmission_rate",
    "turned_away_rate",
    "selfpay_share",
    "around_share",
    "cases",
)


def _mine(run: Run, user: User) -> frozenset[str] | None:
    """The institutions of the user's counties; None = the whole city (the steward looks after measures, not persons, and sees all)."""
    if user.all_counties or user.role == Role.STEWARD:
        return None
    return frozenset(Suspect.objects.filter(run=run, admdvs__in=county_codes(user)).values_list("fixmedins_code", flat=True))


@require_GET
@needs("drg")
def drg(request: Request) -> HttpResponse:
    """One level of the monitor: a chart of one measure and the table."""
    run = chosen_run(request)
    if run is None:
        return render(request, "empty.html", {"title": _("DRG监测")})
    level = request.GET.get("level") or "city"
    if level not in monitor.UNITS:
        raise Http404
    months = monitor.months(run)
    month = _one_of(request.GET.get("month"), months, WHOLE_PERIOD)
    code, group = request.GET.get("code", ""), request.GET.get("drg", "")
    measure = _one_of(request.GET.get("measure"), CHART_MEASURES, CHART_MEASURES[0])
    shown = _one_of(request.GET.get("table"), list(monitor.TABLES), next(iter(monitor.TABLES)))
    context: dict[str, Any] = {
        "run": run, "level": level, "levels": list(monitor.UNITS), "months": months, "month": month, "code": code, "drg": group,
        "measure": measure, "measures": CHART_MEASURES, "table": shown, "tables": list(monitor.TABLES), "shown": monitor.TABLES[shown],
        "units": monitor.UNITS[level],
        "has_monitor": monitor.has_monitor(run),
    }  # fmt: skip
    if level == "city":
        return render(request, "drg/city.html", context | _city(run, monitor.TABLES[shown], _mine(run, request.user)))
    rows = monitor.table(run, level, month, _mine(run, request.user), code, group)
    if rows is not None:
        # the table is sorted by the measure of the chart and shows it
        columns = monitor.TABLES[shown] if measure in monitor.TABLES[shown] else (measure, *monitor.TABLES[shown])
        context["shown"] = columns
        rows = rows.sort(measure, descending=measure != "surplus", nulls_last=True)
        first = _name_departments(run, rows.filter(rows[measure].is_not_null()).head(monitor.MOST_BARS).to_dicts())
        page = page_of(request, rows, count=rows.height)
        frame: Any = page.object_list
        page.object_list = [{"row": row, "cells": monitor.cells(row, columns)} for row in _name_departments(run, frame.to_dicts())]
        context |= {
            "page": page,
            "chart": {
                "names": [_unit(row, level) for row in first],
                "values": [_plain(row[measure]) for row in first],
                "measure": measure_title(measure),
                "share": measure in monitor.SHARES,
            },
            "institution": Suspect.objects.filter(run=run, fixmedins_code=code).only("fixmedins_name", "fixmedins_code").first() if code else None,
        }
    return render(request, "drg/level.html", context)


def _one_of(asked: str | None, known: Sequence[str], usual: str) -> str:
    return asked if asked is not None and asked in known else usual


def _city(run: Run, shown: Sequence[str], mine: frozenset[str] | None) -> dict[str, Any]:
    rows = monitor.table(run, "city", None)
    if rows is None or rows.is_empty():
        return {}
    monthly = [row for row in rows.sort("month").to_dicts() if row["month"] != WHOLE_PERIOD]
    whole = next((row for row in rows.to_dicts() if row["month"] == WHOLE_PERIOD), {})
    spent = monitor.budget(run)
    budgets = monitor.hospital_budgets(run, mine)
    names = dict(Suspect.objects.filter(run=run).values_list("fixmedins_code", "fixmedins_name"))
    return {
        "has_budget": any(row["year_budget"] is not None for row in budgets),
        "budgets": [row | {"name": names.get(row["fixmedins_code"], row["fixmedins_code"])} for row in budgets],
        "whole": whole,
        "rows": [{"row": row, "cells": monitor.cells(row, shown)} for row in monthly],
        "charts": {
            "payment": {
                "months": [row["month"] for row in monthly],
                "series": [{"name": measure_title(name), "data": [_plain(row[name]) for row in monthly]} for name in ("payment", "cost")],
                "unit": _("元"),
            },
            "indices": {
                "months": [row["month"] for row in monthly],
                "series": [
                    {"name": measure_title(name), "data": [_plain(row[name]) for row in monthly]} for name in ("cmi", "cost_index", "time_index")
                ],
                "unit": "",
            },
            "budget": {
                "months": [f"{row['month']:%Y-%m}" for row in spent],
                "spent": [None if row["forecast"] else _plain(row["spent_to_date"]) for row in spent],
                "forecast": [_plain(row["spent_to_date"]) if row["forecast"] else None for row in spent],
                "budget": [_plain(row["budget_to_date"]) for row in spent],
                "low": [_plain(row["low"]) for row in spent],
                "high": [_plain(row["high"]) for row in spent],
                "planned": any(row["budget_to_date"] is not None for row in spent),
                "names": [_("累计支出"), _("预测"), _("累计预算"), _("预测下限"), _("预测上限")],
                "unit": _("元"),
            }
            if spent
            else {},
        },
    }


def _unit(row: dict[str, Any], level: str) -> str:
    return " · ".join(masked(row[name]) if name == "physician" else str(row[name]) for name in monitor.UNITS[level] if row.get(name))


def _name_departments(run: Run, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their departments' names in place of the codes, as far as admissions gave one."""
    names = Run.objects.values_list("info__departments", flat=True).get(pk=run.pk) or {}
    for row in rows:
        code = row.get("dept")
        row["dept"] = names.get(code) or names.get(f"{row.get('fixmedins_code')}|{code}") or code
    return rows


def _group_names(run: Run) -> dict[str, str]:
    rows = monitor.table(run, "drg", WHOLE_PERIOD)
    return {} if rows is None else dict(rows.select("drg_code", "drg_name").drop_nulls().iter_rows())


def _plain(value: Any) -> float | None:
    return round(float(value), 4) if isinstance(value, int | float) and math.isfinite(value) else None


@require_GET
@needs("drg")
def drg_alerts(request: Request) -> HttpResponse:
    """What lies beyond its limit, alarms first, with the way to the cases behind it."""
    run = chosen_run(request)
    if run is None:
        return render(request, "empty.html", {"title": _("DRG监测")})
    listed = monitor.alerts(run, _mine(run, request.user))
    names = dict(Suspect.objects.filter(run=run).values_list("fixmedins_code", "fixmedins_name"))
    groups = _group_names(run)
    for place, row in enumerate(_name_departments(run, listed)):
        row["place"], row["fixmedins_name"], row["drg_name"] = place, names.get(row["fixmedins_code"], ""), groups.get(row["drg_code"], "")
    context = {
        "run": run,
        "levels": list(monitor.UNITS),
        "level": "alerts",
        "page": page_of(request, listed),
        "has_monitor": monitor.has_monitor(run),
    }
    return render(request, "drg/alerts.html", context)


@require_GET
@needs("evidence")
def drg_cases(request: Request) -> HttpResponse:
    """Discharges of a hospital, a group or an alert, dearest against their standard first; with their findings where there are any."""
    run = chosen_run(request)
    if run is None:
        raise Http404
    mine = _mine(run, request.user)
    code, group, month, alert = (request.GET.get(name, "") for name in ("code", "drg", "month", "alert"))
    visits = monitor.driving_cases(run, whole_number(alert, -1), mine) if alert else None
    rows = monitor.cases(run, mine, code=code, drg=group, month=month, visits=visits)
    if rows is None or (code and mine is not None and code not in mine):
        raise Http404
    page = page_of(request, rows, count=rows.height)
    frame: Any = page.object_list
    page.object_list = _name_departments(run, frame.to_dicts())
    record(request, "view_person", "drg_cases", code or group or alert, {"run": run.run_id, "month": month, "visits": [r["mdtrt_id"] for r in page]})
    codes = {row["fixmedins_code"] for row in page}
    names = dict(Suspect.objects.filter(run=run, fixmedins_code__in=codes).values_list("fixmedins_code", "fixmedins_name"))
    found = Finding.objects.filter(run=run, fixmedins_code__in=codes, mdtrt_id__in=[row["mdtrt_id"] for row in page]).order_by("amount_fen")
    finding_of = dict(found.values_list("mdtrt_id", "finding_id"))
    for row in page:
        row["name"], row["finding"] = names.get(row["fixmedins_code"], row["fixmedins_code"]), finding_of.get(row["mdtrt_id"])
    return render(request, "drg/cases.html", {"run": run, "levels": list(monitor.UNITS), "level": "cases", "page": page, "code": code, "drg": group})


@require_GET
@needs("drg")
def drg_effect(request: Request) -> HttpResponse:
    """What a change with a start date did to a measure: estimate, event study, placebo, yuan saved, warnings."""
    run = chosen_run(request)
    if run is None:
        return render(request, "empty.html", {"title": _("改革效果")})
    listed = monitor.effects(run)
    chosen = next((entry for entry in listed if entry["measure"] == request.GET.get("measure")), listed[0] if listed else None)
    context = {"run": run, "levels": list(monitor.UNITS), "level": "effect", "effects": listed, "chosen": chosen, "chart": _event_study(chosen)}
    return render(request, "drg/effect.html", context)


def _event_study(chosen: dict[str, Any] | None) -> dict[str, Any]:
    rows = [row for row in (chosen or {}).get("event_study") or [] if abs(row["event_time"]) <= MOST_EVENTS]
    if not rows:
        return {}
    unit = str((chosen or {}).get("unit_zh") or "")
    times = 100 if unit == SHARE_UNIT else 1
    line = {name: [None if _plain(row.get(name)) is None else round(row[name] * times, 4) for row in rows] for name in ("effect", "low", "high")}
    return {
        "times": [row["event_time"] for row in rows],
        **line,
        "names": [_("各月效果"), _("95%区间")],
        "axes": [_("距实施的月数"), unit_title(unit)],
        "start": _("实施"),
    }
