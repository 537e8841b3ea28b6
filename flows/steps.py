"""The steps of the main job, each reading and writing files and skipping itself when it is already done.

Every function takes plain paths and strings, so that a Dask worker on another machine can run it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from features.lake import Lake, LakeError
from features.parameters import City
from features.peers import peer_groups
from features.run import bucket_facts, city_facts
from features.tables import Tables
from flows.store import Steps, code_digest, digest_of, write_atomically, write_parquet
from models.customary import set_aside
from models.finding import FINDING_SCHEMA
from models.knowledge.load import OVERLAY_FACTS, overlay_frame
from models.rule import Rule, all_rules
from models.run_rules import NotRun, gathering_rules, one_deed_once, run_city_rule, run_extract, run_person_rules, runnable, settle_all, side_by_side
from models.scoring.evidence import rule_evidence

BUCKET_STEP = "bucket={bucket}/step"
FINDING_ORDER = ("kind", "rule_id", "fixmedins_code", "occurred_from", "psn_no", "mdtrt_id", "finding_id")


@dataclass(frozen=True, slots=True)
class Job:
    """What every step of one run needs to know; picklable."""

    lake: str
    work: str
    config: str | None
    knowledge: str | None
    key: str

    @classmethod
    def of(cls, lake: Path, work: Path, config: Path | None, knowledge: Path | None = None) -> Job:
        """The job for this lake, these parameters, this knowledge overlay and this code; its key names the folder of finished steps.

        Raises ParameterError or KnowledgeError listing every error of the city's own files.
        """
        city = City.load(config)
        overlay = overlay_frame(knowledge).write_json() if knowledge else None
        key = digest_of([Lake(lake).fingerprint, city.as_plain(), overlay, code_digest()])
        return cls(str(lake), str(work), str(config) if config else None, str(knowledge) if knowledge else None, key)

    def steps(self) -> Steps:
        return Steps(Path(self.work), self.key)

    def city(self) -> City:
        return City.load(Path(self.config) if self.config else None)

    def overlay(self) -> dict[str, pl.LazyFrame]:
        """The city's own knowledge points as facts for the rules; empty without an overlay."""
        return {OVERLAY_FACTS: overlay_frame(Path(self.knowledge)).lazy()} if self.knowledge else {}

    def open_lake(self) -> Lake:
        return Lake(Path(self.lake))

    def rules(self) -> tuple[list[Rule], list[NotRun]]:
        """The rules that can run on this lake, and those that wait for a table."""
        return runnable(all_rules(), self.open_lake().tables)


def bucket_step(job: Job, bucket: str) -> str:
    """Facts, findings of person rules and extracts of city rules for one bucket of persons. Returns the bucket's name."""
    steps = job.steps()
    marker = BUCKET_STEP.format(bucket=bucket)
    if steps.finished(marker):
        return bucket
    folder = steps.path(f"bucket={bucket}")
    city = job.city()
    t = Tables(job.open_lake(), bucket, facts=job.overlay())
    for name, frame in bucket_facts(t, city).items():
        write_parquet(frame, folder / f"facts.{name}.parquet")
    ready, _ = job.rules()
    t.prepare()
    side_by_side(
        lambda unit: write_parquet(run_extract(t, unit, city), folder / f"extract.{unit.gathered}.parquet"),
        gathering_rules(ready),
    )
    write_parquet(in_order(run_person_rules(t, ready, city)), folder / "findings.parquet")
    write_parquet(
        t.lines.select("bkkp_sn", "mdtrt_id", "fixmedins_code", "inscp_fen", "fund_fen", "case_paid").sort("bkkp_sn").collect(),
        folder / "lines.parquet",
    )
    write_parquet(t.stays.select("mdtrt_id", "inscp_fen", "fund_fen", "drg_fund_fen").sort("mdtrt_id").collect(), folder / "stays.parquet")
    steps.finish(marker)
    return bucket


def city_step(job: Job, facts_out: Path) -> Path:
    """City facts, city rules, and all findings together in one ordered file. Returns the findings' path."""
    steps = job.steps()
    findings_path = steps.path("findings.parquet")
    if steps.finished("city"):
        return findings_path
    lake, city = job.open_lake(), job.city()
    whole = Tables(lake)
    parts = {name: scan_buckets(job, f"facts.{name}") for name in fact_names(job)}
    computed = city_facts(parts, whole, city)
    for name, frame in computed.items():
        write_parquet(frame, facts_out / f"{name}.parquet")
    for name, part in parts.items():
        if name not in computed:
            write_atomically(facts_out / f"{name}.parquet", part.sink_parquet)
    facts = {name: pl.scan_parquet(facts_out / f"{name}.parquet") for name in {*parts, *computed}} | job.overlay()
    ready, _ = job.rules()
    lines, stays = scan_buckets(job, "lines"), scan_buckets(job, "stays")
    t = Tables(lake, facts=facts)

    def judged(unit: Rule) -> tuple[Rule, pl.DataFrame]:
        extracted = scan_buckets(job, f"extract.{unit.gathered}") if unit.extract else None
        return unit, run_city_rule(t.gathering(extracted), unit, city)

    hits = side_by_side(judged, [unit for unit in ready if unit.scope == "city"])
    frames = [scan_buckets(job, "findings").collect(), *settle_all(hits, lines, stays)]
    found = in_order(pl.concat(frames).unique("finding_id", keep="first", maintain_order=True))
    groups = peer_groups(facts["institution"], facts["stay"], city)
    houses = institutions_in_business(whole, groups, facts["institution_month"])
    if houses.is_empty():
        raise LakeError(
            "No institution did business in the period: every visit and settlement is void, taken back or in quarantine. "
            "See delivery_report.html for the reasons."
        )
    stands, customary, lesser = parted(found, houses, ready, city)
    write_parquet(groups, facts_out / "peer_groups.parquet")
    write_parquet(houses, facts_out / "institutions_in_business.parquet")
    write_parquet(customary, steps.path("customary.parquet"))
    write_parquet(lesser, steps.path("told_more_fully.parquet"))
    write_parquet(stands, findings_path)
    steps.finish("city")
    return findings_path


def parted(found: pl.DataFrame, houses: pl.DataFrame, rules: list[Rule], city: City) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """All findings parted into those that stand, those that are customary, and those that a fuller finding tells."""
    stands, customary = set_aside(found, rule_evidence(found, houses, city["scoring"], {}), houses, city["customary"])
    # only what stands may stand for another: a fuller finding that was set aside as customary would take the lesser one with it
    stands, lesser = one_deed_once(stands, rules)
    return in_order(stands), customary, in_order(lesser)


def institutions_in_business(t: Tables, groups: pl.DataFrame, months: pl.LazyFrame) -> pl.DataFrame:
    """One row an institution that did business: code, name, county, peer group, visits (of every sort), stays."""
    registry = t.institutions.select("fixmedins_code", "fixmedins_name", pl.col("fix_blng_admdvs").alias("admdvs")).collect()
    volume = (
        months.group_by("fixmedins_code")
        .agg(pl.col("visits", "purchases", "admissions").sum())
        .select("fixmedins_code", visits=pl.sum_horizontal("visits", "purchases", "admissions"), stays="admissions")
        .collect()
    )
    return (
        groups.select("fixmedins_code", "peer_group")
        .join(volume, on="fixmedins_code", how="left")
        .join(registry, on="fixmedins_code", how="left")
        .with_columns(pl.col("visits", "stays").fill_null(0), pl.col("fixmedins_name").fill_null("（未登记机构）"))
        .sort("fixmedins_code")
    )


def line_totals_step(job: Job) -> Path:
    """What is at issue: every distinct fee line under a finding with its scope amount and the loss that falls on it."""
    steps = job.steps()
    path = steps.path("lines_at_issue.parquet")
    if steps.finished("totals"):
        return path
    findings = pl.scan_parquet(steps.path("findings.parquet"))
    write_parquet(lines_at_issue(findings, scan_buckets(job, "lines")), path)
    steps.finish("totals")
    return path


def lines_at_issue(findings: pl.LazyFrame, lines: pl.LazyFrame) -> pl.DataFrame:
    """One row a distinct fee line under a finding: ``bkkp_sn fixmedins_code kinds inscp_fen loss_fen``, so that sums count it once.

    A finding's loss is spread over its lines by scope amount; where several findings name a line, the largest share counts.
    """
    pairs = findings.select("finding_id", "kind", "fund_loss", pl.col("bkkp_sns").alias("bkkp_sn")).explode("bkkp_sn").drop_nulls("bkkp_sn")
    joined = pairs.join(lines.select("bkkp_sn", "fixmedins_code", "inscp_fen"), on="bkkp_sn", how="inner")
    weight = pl.col("inscp_fen") / pl.col("inscp_fen").sum().over("finding_id")
    spread = pl.when(pl.col("inscp_fen").sum().over("finding_id") > 0).then(weight).otherwise(1 / pl.len().over("finding_id"))
    return (
        joined.with_columns(loss_fen=pl.col("fund_loss") * 100 * spread)
        .group_by("bkkp_sn", "fixmedins_code")
        .agg(pl.col("kind").unique().sort().alias("kinds"), pl.col("inscp_fen").first(), pl.col("loss_fen").max())
        .sort("bkkp_sn")
        .collect()
    )


def in_order(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings in the order every run writes them."""
    if findings.is_empty():
        return pl.DataFrame(schema=FINDING_SCHEMA)
    return findings.sort(FINDING_ORDER, nulls_last=True)


def fact_names(job: Job) -> list[str]:
    """The names of the facts that the bucket steps wrote."""
    first = job.steps().path(f"bucket={job.open_lake().buckets[0]}")
    return sorted(path.name.removeprefix("facts.").removesuffix(".parquet") for path in first.glob("facts.*.parquet"))


def scan_buckets(job: Job, name: str) -> pl.LazyFrame:
    """One file of every bucket's step, together, lazily."""
    steps = job.steps()
    return pl.scan_parquet([steps.path(f"bucket={bucket}") / f"{name}.parquet" for bucket in job.open_lake().buckets])


def versions(job: Job) -> dict[str, Any]:
    """Rule versions and parameters, for the run's record."""
    ready, waiting = job.rules()
    return {
        "rules": {unit.rule_id: unit.version for unit in ready},
        "waiting": {unit.rule_id: list(unit.missing_tables) for unit in waiting},
        "parameters": job.city().as_plain(),
        "code": code_digest(),
    }
