"""The main job: delivery → lake → facts → findings → ranked suspects → reports."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.task_runners import ThreadPoolTaskRunner

from flows.effect import write_effects
from flows.evidence import evidence_step
from flows.home import Home
from flows.ingest import DeliveryReport, ingest, write_report
from flows.monitor import write_drg_monitor
from flows.reporting import hand_over
from flows.scoring import ScoredCity, score_step
from flows.steps import Job, bucket_step, city_step, line_totals_step

#: Told (stage, done, total) as the job goes on; the command line draws a bar from it.
Progress = Callable[[str, int, int], None]


@task(name="ingest")
def load(delivery: str, home: Home, mapping: str | None) -> DeliveryReport:
    """Takes the delivery into the lake; loading it again changes nothing."""
    delivered = ingest(Path(delivery) if "://" not in delivery else delivery, home.lake, mapping=Path(mapping) if mapping else None)
    # written now and again at the end: it says what was wrong with a delivery that gets no further
    write_report(delivered, home.out)
    return delivered


@task(name="bucket", task_run_name="bucket-{bucket}", retries=2, retry_delay_seconds=5, tags=["huoyan-bucket"])
def bucket(job: Job, bucket: str) -> str:
    """Facts and findings of one bucket of persons."""
    return bucket_step(job, bucket)


@task(name="city", retries=1)
def city(job: Job, facts: Path) -> Path:
    """City facts, city rules, all findings."""
    return city_step(job, facts)


@task(name="score", retries=1)
def score(job: Job, home: Home) -> ScoredCity:
    """Evidence and anomaly mixed into the ranked list."""
    return score_step(job, home)


@task(name="monitor")
def monitor(job: Job, home: Home) -> None:
    """Case payment and the effect of changes; reads the lake alone."""
    write_drg_monitor(job.open_lake(), home.out, job.city())
    write_effects(home.out, job.open_lake())


@task(name="evidence", retries=1)
def evidence(job: Job, home: Home) -> Path:
    """The evidence of the persons whom findings name, for the workbench."""
    return evidence_step(job, home.evidence)


@task(name="report")
def report(job: Job, home: Home, delivery: DeliveryReport, scored: ScoredCity) -> None:
    """The findings, the delivery report and the run's record."""
    hand_over(job, home, delivery, scored)


_PROGRESS: ContextVar[Progress] = ContextVar("progress", default=lambda _stage, _done, _total: None)


def _teller() -> Progress:
    """Who is told of progress; asked here, since the flow itself travels to Dask's workers and a context variable cannot."""
    return _PROGRESS.get()


@flow(name="refresh", validate_parameters=False)
def refresh(
    delivery: str, out: str, config: str | None = None, lake: str | None = None, mapping: str | None = None, knowledge: str | None = None
) -> str:
    """Ingest → features and rules bucket by bucket → city rules → score → report. Returns the run folder."""
    tell = _teller()
    home = Home.of(Path(out), Path(lake) if lake else None)
    home.prepare()
    tell("ingest", 0, 1)
    delivered = load(delivery, home, mapping)
    tell("ingest", 1, 1)
    job = Job.of(home.lake, home.work, Path(config) if config else None, Path(knowledge) if knowledge else None)
    job.steps().clear_others()
    buckets = job.open_lake().buckets
    running = [bucket.submit(job, name) for name in buckets]
    # its turn comes when the buckets are done: it then works beside the city's rules and the scores
    monitored = monitor.submit(job, home)
    for done, future in enumerate(running):
        tell("rules", done, len(buckets))
        future.result()
    tell("rules", len(buckets), len(buckets))
    tell("city", 0, 1)
    city(job, home.facts)
    line_totals_step(job)
    tell("city", 1, 1)
    # beside the scores, which read nothing of it
    tell("evidence", 0, 1)
    kept = evidence.submit(job, home)
    tell("score", 0, 1)
    scored = score(job, home)
    tell("score", 1, 1)
    tell("report", 0, 1)
    report(job, home, delivered, scored)
    monitored.result()
    kept.result()
    tell("evidence", 1, 1)
    create_table_artifact(key="suspects", table=scored.top_rows(20), description="The first suspects of this run")
    create_table_artifact(
        key="drift", table=[{"警示": text} for text in scored.drifted.warnings] or [{"警示": "无"}], description="Drift of the data"
    )
    tell("report", 1, 1)
    return str(home.out)


def run_refresh(
    delivery: str,
    out: Path,
    *,
    config: Path | None = None,
    lake: Path | None = None,
    mapping: Path | None = None,
    knowledge: Path | None = None,
    workers: int = 1,
    dask: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Runs the flow in this process, told to the Prefect API that PREFECT_API_URL names (``flows.temporary_server`` for a single run).

    ``workers`` buckets at once on threads, or on the Dask cluster at ``dask`` (an address, or a number of local processes).
    """
    if progress is not None:
        _PROGRESS.set(progress)
    flow_run = refresh.with_options(task_runner=_runner(workers, dask))
    return Path(flow_run(delivery, str(out), *(str(path) if path else None for path in (config, lake, mapping, knowledge))))


def _runner(workers: int, dask: str | None) -> Any:
    if dask is None:
        return ThreadPoolTaskRunner(max_workers=workers)
    from prefect_dask.task_runners import DaskTaskRunner  # noqa: PLC0415 - only a cluster needs it

    return DaskTaskRunner(address=dask) if "://" in dask else DaskTaskRunner(cluster_kwargs={"n_workers": int(dask), "threads_per_worker": 1})
