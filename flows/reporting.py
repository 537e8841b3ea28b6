"""What a run hands back besides the ranked list: findings, delivery report, and the record of how it was made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows.home import Home
from flows.ingest import DeliveryReport
from flows.ingest.write_report import write_report
from flows.scoring import ScoredCity
from flows.steps import Job, versions
from flows.store import write_json, write_parquet
from flows.watch import recorded
from models.catalogue import without_points
from models.finding import DETAIL_COLUMNS
from models.knowledge.load import load_knowledge


def hand_over(job: Job, home: Home, delivery: DeliveryReport, scored: ScoredCity) -> None:
    """Writes findings.parquet (the contract's columns), findings_detail.parquet (exceptions ruled out, strength), the delivery report, run.json."""
    findings = pl.read_parquet(job.steps().path("findings.parquet"))
    write_parquet(findings.drop(DETAIL_COLUMNS), home.out / "findings.parquet")
    write_parquet(findings.select("finding_id", *DETAIL_COLUMNS), home.out / "findings_detail.parquet")
    customary = pl.read_parquet(job.steps().path("customary.parquet"))
    write_parquet(customary, home.out / "customary.parquet")
    write_report(delivery, home.out, not_run=_not_run(job))
    lake = job.open_lake()
    record = {
        "run_id": job.key,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "lake": str(home.lake),
        "lake_fingerprint": lake.fingerprint,
        "months": lake.months("setl_d"),
        "findings": findings.height,
        "customary": customary.height,
        "told_more_fully": told_more_fully(job),
        "model": {
            "name": scored.scored_by.name,
            "version": scored.scored_by.version,
            "run_id": scored.scored_by.run_id,
            "fitted_on": scored.scored_by.data_fingerprint,
        },
        "weights_rest_on": scored.in_force,
        "drift": recorded(scored.drifted),
        **versions(job),
    }
    write_json(record, home.out / "run.json")


def told_more_fully(job: Job) -> dict[str, int]:
    """Rule → how many of its findings were left out because another rule's finding holds the same deed (``models.run_rules.one_deed_once``)."""
    lesser = pl.read_parquet(job.steps().path("told_more_fully.parquet"), columns=["rule_id"])
    return dict(lesser["rule_id"].value_counts().sort("rule_id").iter_rows())


def _not_run(job: Job) -> list[dict[str, Any]]:
    """The rules that could not judge, with the tables or the class of knowledge points they wait for."""
    ready, waiting = job.rules()
    pointless = without_points(load_knowledge(Path(job.knowledge) if job.knowledge else None))
    wanting: list[tuple[str, str, list[str], list[str]]] = [(unit.rule_id, unit.title_zh, list(unit.missing_tables), []) for unit in waiting]
    wanting += [(unit.rule_id, unit.title_zh, [], [pointless[unit.rule_id]]) for unit in ready if unit.rule_id in pointless]
    return [{"rule_id": rule_id, "title_zh": title, "missing_tables": tables, "missing_points": points} for rule_id, title, tables, points in wanting]
