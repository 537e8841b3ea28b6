"""What a run hands back besides the ranked list: findings, delivery report, and the record of how it was made."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from flows.home import Home
from flows.ingest import DeliveryReport
from flows.ingest.write_report import write_report
from flows.scoring import ScoredCity
from flows.steps import Job, versions
from flows.store import write_json, write_parquet
from flows.watch import recorded
from models.finding import DETAIL_COLUMNS


def hand_over(job: Job, home: Home, delivery: DeliveryReport, scored: ScoredCity) -> None:
    """Writes findings.parquet (the contract's columns), findings_detail.parquet (exceptions ruled out, strength), the delivery report, run.json."""
    findings = pl.read_parquet(job.steps().path("findings.parquet"))
    write_parquet(findings.drop(DETAIL_COLUMNS), home.out / "findings.parquet")
    write_parquet(findings.select("finding_id", *DETAIL_COLUMNS), home.out / "findings_detail.parquet")
    customary = pl.read_parquet(job.steps().path("customary.parquet"))
    write_parquet(customary, home.out / "customary.parquet")
    _, waiting = job.rules()
    write_report(
        delivery,
        home.out,
        not_run=[{"rule_id": unit.rule_id, "title_zh": unit.title_zh, "missing_tables": list(unit.missing_tables)} for unit in waiting],
    )
    lake = job.open_lake()
    record = {
        "run_id": job.key,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "lake": str(home.lake),
        "lake_fingerprint": lake.fingerprint,
        "months": lake.months("setl_d"),
        "findings": findings.height,
        "customary": customary.height,
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
