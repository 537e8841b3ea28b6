"""What the evidence pages show, read from the lake for one finding: lines with marks, a stay by day, a person's timeline, dialysis days."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import polars as pl

from features.lake import LakeError
from features.person_evidence import PersonEvidence
from features.reference.items import BED_PREFIX, NURSING_PREFIX, is_dialysis
from workbench.results.lakeview import lines_by_id, months_between, opened, person_evidence
from workbench.results.models import Finding, Run

LINE_COLUMNS = [
    "bkkp_sn",
    "mdtrt_id",
    "time",
    "hilist_code",
    "hilist_name",
    "med_chrgitm_type",
    "cnt",
    "pric",
    "fee_fen",
    "inscp_fen",
    "bilg_dept_name",
]
MOST_DAYS = 400
MOST_LINES = 2000
MOST_TIMELINE = 400
GROUPS = ("bed", "nursing", "treatment", "drug", "exam", "other")


def evidence_for(run: Run, finding: Finding) -> PersonEvidence | None:
    """The rows of the finding's person; None without a person or without the run's lake."""
    if not finding.psn_no or not run.lake:
        return None
    try:
        return person_evidence(run.folder, run.lake, finding.psn_no, run.fingerprint)
    except (LakeError, OSError):
        return None


def marked_lines(run: Run, finding: Finding, t: PersonEvidence | None) -> pl.DataFrame:
    """Fee lines of the finding's visit with ``mark``: fault, related or empty; marked ones first, then by time."""
    if t is None:
        frame = lines_without_person(run, finding, finding.line_list + finding.related_list)
    else:
        wanted = finding.line_list + finding.related_list
        keep = pl.col("bkkp_sn").is_in(wanted)
        if finding.mdtrt_id:
            keep |= pl.col("mdtrt_id") == finding.mdtrt_id
        frame = t.lines.filter(keep).select(LINE_COLUMNS)
    fault = pl.when(pl.col("bkkp_sn").is_in(finding.line_list)).then(pl.lit("fault"))
    mark = fault.when(pl.col("bkkp_sn").is_in(finding.related_list)).then(pl.lit("related")).otherwise(pl.lit(""))
    order = {"fault": 0, "related": 1, "": 2}
    return frame.with_columns(mark=mark).sort(pl.col("mark").replace_strict(order, return_dtype=pl.Int8), "time", "bkkp_sn")


def lines_without_person(run: Run, finding: Finding, wanted: list[str]) -> pl.DataFrame:
    """The lines of a finding that names no person, at most MOST_LINES; empty without the run's lake."""
    empty = pl.DataFrame(schema=dict.fromkeys(LINE_COLUMNS, pl.String))
    wanted = wanted[:MOST_LINES]
    if not wanted or not run.lake or finding.occurred_from is None:
        return empty
    try:
        raw = lines_by_id(opened(run.lake), wanted, finding.fixmedins_code, months_between(finding.occurred_from, finding.occurred_to))
    except (LakeError, OSError):
        return empty
    fen = {"fee_fen": "det_item_fee_sumamt", "inscp_fen": "inscp_amt"}
    return raw.with_columns(
        time=pl.col("fee_ocur_time"),
        cnt=pl.col("cnt").cast(pl.Float64),
        pric=pl.col("pric").cast(pl.Float64),
        **{new: (pl.col(old).cast(pl.Float64) * 100).round().cast(pl.Int64) for new, old in fen.items()},
    ).select(LINE_COLUMNS)


def visit_of(t: PersonEvidence, mdtrt_id: str) -> dict[str, Any] | None:
    """The visit or stay with its settlement sums; None when it is not this person's."""
    rows = t.stays.filter(pl.col("mdtrt_id") == mdtrt_id).to_dicts()
    if rows:
        return rows[0]
    rows = t.visits.filter(pl.col("mdtrt_id") == mdtrt_id).to_dicts()
    return rows[0] if rows else None


def settlements_of(t: PersonEvidence, mdtrt_id: str) -> list[dict[str, Any]]:
    """Settlements of the visit, net of refunds."""
    return t.settlements.filter(pl.col("mdtrt_id") == mdtrt_id).sort("setl_time", "setl_id").to_dicts()


def stay_days(t: PersonEvidence, mdtrt_id: str, fault: list[str]) -> dict[str, Any]:
    """A stay day by day: yuan of bed, nursing, treatment, drugs, tests; lines at fault; what the person did elsewhere. Empty for no stay."""
    visit = visit_of(t, mdtrt_id)
    if visit is None or not visit.get("inpatient"):
        return {}
    first, last = visit["begn_date"], visit["end_date"] or visit["begn_date"]
    mine = t.lines.filter(pl.col("mdtrt_id") == mdtrt_id).with_columns(group=_group(), fault=pl.col("bkkp_sn").is_in(fault))
    if visit["end_date"] is None and not mine.is_empty():
        last = max(last, mine["date"].max())
    days = [first + timedelta(days=i) for i in range(min((last - first).days + 1, MOST_DAYS))]
    sums = {(day, group): fen for day, group, fen in mine.group_by("date", "group").agg(pl.col("fee_fen").sum()).iter_rows()}
    faults = Counter(mine.filter("fault")["date"].to_list())
    elsewhere = _elsewhere(t, visit, first, last)
    care = {day for day, group in sums if group in ("treatment", "drug", "exam")}
    return {
        "days": [day.isoformat() for day in days],
        "groups": {group: [round(sums.get((day, group), 0) / 100, 2) for day in days] for group in GROUPS},
        "faults": [faults.get(day, 0) for day in days],
        "elsewhere": [len(elsewhere.get(day, [])) for day in days],
        "elsewhere_rows": [row for day in days for row in elsewhere.get(day, [])],
        # nothing need be done on the day of discharge; the only day of a stay counts all the same
        "idle": [day not in care and (day != visit["end_date"] or day == first) for day in days],
        "los": visit.get("los"),
    }


def _group() -> pl.Expr:
    code, item = pl.col("hilist_code"), pl.col("med_chrgitm_type")
    return (
        pl.when(code.str.starts_with(BED_PREFIX) | (item == "01"))
        .then(pl.lit("bed"))
        .when(code.str.starts_with(NURSING_PREFIX) | (item == "07"))
        .then(pl.lit("nursing"))
        .when(item.is_in(["09", "10", "11"]))
        .then(pl.lit("drug"))
        .when(item.is_in(["03", "04"]))
        .then(pl.lit("exam"))
        .when(item.is_in(["05", "06"]))
        .then(pl.lit("treatment"))
        .otherwise(pl.lit("other"))
    )


def _elsewhere(t: PersonEvidence, visit: dict[str, Any], first: date, last: date) -> dict[date, list[dict[str, Any]]]:
    """What the person did outside the stay between its first and last day: other visits' lines, presence records, cover outside the city."""
    others = (
        t.lines.filter((pl.col("mdtrt_id") != visit["mdtrt_id"]) & pl.col("date").is_between(first, last))
        .group_by("date", "mdtrt_id", "fixmedins_code", "med_type", maintain_order=True)
        .agg(pl.col("fee_fen").sum(), pl.col("hilist_name").first(), pl.len().alias("lines"))
        .sort("date", maintain_order=True)
    )
    found: dict[date, list[dict[str, Any]]] = {}
    for row in others.iter_rows(named=True):
        found.setdefault(row["date"], []).append({**row, "source": "visit"})
    scenes = t.scenes.with_columns(date=pl.col("begntime").dt.date())
    scenes = scenes.filter((pl.col("fixmedins_code") != visit["fixmedins_code"]) & pl.col("date").is_between(first, last))
    for row in scenes.iter_rows(named=True):
        found.setdefault(row["date"], []).append({**row, "source": "scene"})
    return found


def timeline(t: PersonEvidence) -> list[dict[str, Any]]:
    """The person's visits and stays across institutions, oldest first, at most the newest MOST_TIMELINE."""
    sums = t.settlements.group_by("mdtrt_id").agg(pl.col("fee_fen").sum(), pl.col("fund_fen").sum())
    rows = (
        t.visits.select(
            "mdtrt_id", "fixmedins_code", "med_type", "inpatient", "begn_date", "end_date", "main_dx", "dscg_maindiag_name", "adm_dept_name"
        )
        .join(sums, on="mdtrt_id", how="left")
        .sort("begn_date", "mdtrt_id")
        .to_dicts()
    )[-MOST_TIMELINE:]
    return _mark_overlaps(rows)


def _mark_overlaps(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    stays = [row for row in rows if row["inpatient"] and row["end_date"]]
    for row in rows:
        day = row["begn_date"]
        row["within"] = any(s["mdtrt_id"] != row["mdtrt_id"] and s["begn_date"] < day < s["end_date"] for s in stays) if day else False
    return rows


def on_dialysis(t: PersonEvidence) -> bool:
    """True when the person was ever dialysed."""
    return not t.lines.filter(is_dialysis(pl.col("hilist_code"))).is_empty()


def dialysis_days(t: PersonEvidence, fault: list[str]) -> dict[str, Any]:
    """Dialysis sessions by day with the institutions, for the calendar; empty when there are none."""
    sessions = (
        t.lines.filter(is_dialysis(pl.col("hilist_code")))
        .with_columns(fault=pl.col("bkkp_sn").is_in(fault))
        .group_by("date")
        .agg(pl.col("cnt").sum(), pl.col("fault").any(), pl.col("fixmedins_code").unique().sort(), pl.col("inpatient").any())
        .sort("date")
    )
    if sessions.is_empty():
        return {}
    by_month: dict[str, float] = {}
    for row in sessions.iter_rows(named=True):
        month = row["date"].isoformat()[:7]
        by_month[month] = by_month.get(month, 0) + row["cnt"]
    return {
        "days": [
            [r["date"].isoformat(), r["cnt"], 1 if r["fault"] else 0, "、".join(r["fixmedins_code"]), 1 if r["inpatient"] else 0]
            for r in sessions.iter_rows(named=True)
        ],
        "from": str(sessions["date"].min()),
        "to": str(sessions["date"].max()),
        "months": [{"month": month, "sessions": n} for month, n in by_month.items()],
    }


def stay_summary(t: PersonEvidence, finding: Finding) -> dict[str, Any]:
    """One column of the side-by-side comparison: the stay's facts and its cost by category."""
    visit = visit_of(t, finding.mdtrt_id) or {}
    lines = t.lines.filter(pl.col("mdtrt_id") == finding.mdtrt_id)
    items = lines.group_by("med_chrgitm_type").agg(pl.col("fee_fen").sum())
    top = (
        lines.group_by("hilist_name")
        .agg(pl.col("fee_fen").sum(), pl.col("cnt").sum())
        .sort("fee_fen", "hilist_name", descending=[True, False])
        .head(8)
    )
    days = stay_days(t, finding.mdtrt_id, finding.line_list)
    return {
        "finding": finding,
        "visit": visit,
        "items": dict(items.iter_rows()),
        "top": top.to_dicts(),
        "idle": sum(days["idle"]) if days else None,
        "elsewhere": sum(1 for n in days["elsewhere"] if n) if days else None,
    }
