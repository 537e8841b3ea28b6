"""Loading a run folder: one transaction, the same run twice changes nothing, the run appears at once or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from models.finding import FINDING_SCHEMA
from workbench.results.models import CountySum, CountyTotal, Finding, RuleTotal, Run, Suspect
from workbench.results.profiles import Profiles, profiles_of

REQUIRED_SUSPECT_COLUMNS = ("rank", "fixmedins_code", "fixmedins_name", "level", "score")
FINDING_FIELDS = [
    *("run_id", "finding_id", "rule_id", "rule_version", "gz_code", "kind", "certainty", "fixmedins_code", "admdvs"),
    *("psn_no", "mdtrt_id", "setl_id", "lines", "related", "occurred_from", "occurred_to", "amount_fen", "loss_fen"),
    *("evidence", "legal_basis", "ruled_out", "strength"),
]
BATCH = 20_000
MOST_SHIFTS = 15


class LoadError(RuntimeError):
    """The folder is no finished run; the message says what is missing and what to do."""


def load_run(folder: Path) -> tuple[Run, bool]:
    """Loads the run folder. Gives the run and whether anything changed. Raises LoadError when the folder is no finished run."""
    folder = folder.resolve()
    for name in ("suspects.csv", "findings.parquet"):
        if not (folder / name).is_file():
            raise LoadError(f"{folder} holds no {name}. Load a folder that huoyan run has finished: huoyan run DELIVERY --out OUT")
    info = _json(folder / "run.json")
    content = _digest(folder / "suspects.csv", folder / "findings.parquet")
    run_id = str(info.get("run_id") or info.get("id") or folder.name)[:64]
    existing = Run.objects.filter(run_id=run_id).first()
    if existing is not None and existing.content == content:
        return existing, False
    suspects = _with_intervals(_suspects(folder / "suspects.csv"), folder / "ranking.parquet")
    findings = _findings(folder / "findings.parquet", suspects)
    lake = _lake_path(info, folder)
    profiles = profiles_of(folder, lake, findings)
    profiles.add_peers(dict(suspects.select("fixmedins_code", pl.col("peer_group").fill_null("")).iter_rows()))
    with transaction.atomic():
        if existing is not None:
            _remove(existing)
        info |= {"departments": profiles.departments, **_models(folder)}
        run = Run.objects.create(**_run_fields(run_id, content, folder, lake, info, suspects, findings))
        _insert_suspects(run, suspects, profiles)
        _insert_county_sums(run, suspects, profiles)
        _insert_totals(run, findings)
        _insert_findings(run, findings)
        _forget_old_findings()
    _analyze()
    return run, True


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _models(folder: Path) -> dict[str, Any]:
    """What the run folder tells of its models: what the weights rest on, drift by feature, the last retraining, the power curves."""
    power = folder / "power.csv"
    return {
        "learned": _json(folder / "learned.json"),
        "shifts": (_json(folder / "drift.json").get("shifts") or [])[:MOST_SHIFTS],
        "retrained": _json(folder / "retrain.json"),
        "power": pl.read_csv(power, infer_schema_length=None).to_dicts() if power.is_file() else [],
    }


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LoadError(f"{path} is no valid JSON: {error}") from error
    return content if isinstance(content, dict) else {}


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _lake_path(info: dict[str, Any], folder: Path) -> Path | None:
    named = info.get("lake_path") or info.get("lake")
    if isinstance(named, dict):
        named = named.get("path")
    for candidate in (Path(str(named)) if named else None, folder / str(named) if named else None, folder / "lake"):
        if candidate is not None and (candidate / "lake.json").is_file():
            return candidate.resolve()
    return None


def _suspects(path: Path) -> pl.DataFrame:
    frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    frame = frame.rename({name: name.strip("\ufeff ") for name in frame.columns})
    missing = [name for name in REQUIRED_SUSPECT_COLUMNS if name not in frame.columns]
    if missing:
        raise LoadError(f"suspects.csv lacks {', '.join(missing)}; it must have the columns of spec/output.md.")
    wanted = ("admdvs", "peer_group", "probability", "amount_at_issue", "fund_loss", "expected_recovery", "kinds", "reasons", "rank_low", "rank_high")
    aliases = {"rank_lower": "rank_low", "rank_upper": "rank_high", "rank_lo": "rank_low", "rank_hi": "rank_high"}
    frame = frame.rename({old: new for old, new in aliases.items() if old in frame.columns and new not in frame.columns})
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in wanted if name not in frame.columns).with_columns(
        pl.col("rank", "rank_low", "rank_high").cast(pl.Float64, strict=False).cast(pl.Int64),
        pl.col("score", "probability").cast(pl.Float64, strict=False),
        *(pl.col(name).cast(pl.Float64, strict=False).mul(100).round().cast(pl.Int64).fill_null(0) for name in _AMOUNTS),
    )


_AMOUNTS = ("amount_at_issue", "fund_loss", "expected_recovery")


def _with_intervals(suspects: pl.DataFrame, ranking: Path) -> pl.DataFrame:
    """The rank intervals, which stand in the ranking beside the list."""
    if not ranking.is_file():
        return suspects
    terms = pl.read_parquet(ranking)
    if not {"fixmedins_code", "rank_low", "rank_high"} <= set(terms.columns):
        return suspects
    intervals = terms.select("fixmedins_code", low=pl.col("rank_low").cast(pl.Int64), high=pl.col("rank_high").cast(pl.Int64))
    joined = suspects.join(intervals.unique("fixmedins_code"), on="fixmedins_code", how="left", maintain_order="left")
    return joined.with_columns(rank_low=pl.coalesce("rank_low", "low"), rank_high=pl.coalesce("rank_high", "high")).drop("low", "high")


def _with_detail(findings: pl.DataFrame, detail: Path) -> pl.DataFrame:
    """The columns that a run keeps beside the contract's: lawful exceptions ruled out, strength."""
    if not detail.is_file():
        return findings
    more = pl.read_parquet(detail)
    new = [name for name in more.columns if name not in findings.columns]
    return findings.join(more.select("finding_id", *new).unique("finding_id"), on="finding_id", how="left", maintain_order="left")


def _findings(path: Path, suspects: pl.DataFrame) -> pl.DataFrame:
    frame = _with_detail(pl.read_parquet(path), path.with_name("findings_detail.parquet"))
    missing = [name for name in ("finding_id", "rule_id", "kind", "fixmedins_code") if name not in frame.columns]
    if missing:
        raise LoadError(f"findings.parquet lacks {', '.join(missing)}; it must have the columns of models.finding.FINDING_SCHEMA.")
    frame = frame.select((pl.col(n) if n in frame.columns else pl.lit(None)).cast(t).alias(n) for n, t in FINDING_SCHEMA.items())
    county = suspects.select("fixmedins_code", pl.col("admdvs").fill_null("")).unique("fixmedins_code")
    return frame.join(county, on="fixmedins_code", how="left").with_columns(
        pl.col("admdvs").fill_null(""),
        amount_fen=(pl.col("amount_at_issue") * 100).round().cast(pl.Int64).fill_null(0),
        loss_fen=(pl.col("fund_loss") * 100).round().cast(pl.Int64).fill_null(0),
        lines=pl.col("bkkp_sns").list.join(" ").fill_null(""),
        related=pl.col("related_bkkp_sns").list.join(" ").fill_null(""),
        legal_basis=pl.col("legal_basis").list.join(" ").fill_null("").str.slice(0, 300),
        ruled_out=pl.col("ruled_out").list.join(" ").fill_null("").str.slice(0, 500),
    )


def _run_fields(
    run_id: str, content: str, folder: Path, lake: Path | None, info: dict[str, Any], suspects: pl.DataFrame, findings: pl.DataFrame
) -> dict[str, Any]:
    started = parse_datetime(str(info.get("started") or info.get("finished") or "")) or datetime.fromtimestamp(
        (folder / "suspects.csv").stat().st_mtime, UTC
    )
    if started.tzinfo is None:
        started = started.replace(tzinfo=UTC)
    return {
        "run_id": run_id,
        "started": started,
        "loaded": timezone.now(),
        "folder": str(folder),
        "lake": str(lake or ""),
        "fingerprint": str(info.get("fingerprint") or info.get("lake_fingerprint") or "")[:80],
        "content": content,
        "info": info,
        "delivery": _json(folder / "delivery_report.json"),
        "n_suspects": suspects.height,
        "n_findings": findings.height,
        "period_from": findings["occurred_from"].min(),
        "period_to": findings["occurred_to"].max(),
    }


def _insert_suspects(run: Run, suspects: pl.DataFrame, profiles: Profiles) -> None:
    earlier = Run.objects.filter(started__lt=run.started).exclude(pk=run.pk).order_by("-started").first()
    ranks = dict(Suspect.objects.filter(run=earlier).values_list("fixmedins_code", "rank")) if earlier else {}
    Suspect.objects.bulk_create(
        [
            Suspect(
                run=run,
                rank=row["rank"],
                rank_low=row["rank_low"],
                rank_high=row["rank_high"],
                previous_rank=ranks.get(row["fixmedins_code"]) if earlier else row["rank"],  # in a first run nobody is new and nobody moved
                fixmedins_code=row["fixmedins_code"],
                fixmedins_name=row["fixmedins_name"] or row["fixmedins_code"],
                admdvs=row["admdvs"] or "",
                peer_group=row["peer_group"] or "",
                level=row["level"],
                score=row["score"] or 0.0,
                probability=row["probability"],
                amount_fen=row["amount_at_issue"],
                loss_fen=row["fund_loss"],
                expected_fen=row["expected_recovery"],
                kinds=row["kinds"] or "",
                reasons=row["reasons"] or "",
                **profiles.fields(row["fixmedins_code"], row["reasons"] or ""),
            )
            for row in suspects.iter_rows(named=True)
        ],
        batch_size=500,
    )


def _insert_county_sums(run: Run, suspects: pl.DataFrame, profiles: Profiles) -> None:
    found = pl.Series("findings", [profiles.counts.get(code, (0, 0))[0] for code in suspects["fixmedins_code"]], pl.Int64)
    rows = (
        suspects.with_columns(found, pl.col("admdvs").fill_null(""))
        .group_by("admdvs", maintain_order=True)
        .agg(
            pl.len().alias("n"),
            (pl.col("level") == "red").sum().alias("red"),
            (pl.col("level") == "yellow").sum().alias("yellow"),
            pl.col("findings").sum(),
            pl.col("amount_at_issue").sum().alias("amount_fen"),
            pl.col("fund_loss").sum().alias("loss_fen"),
            pl.col("expected_recovery").sum().alias("expected_fen"),
        )
    )
    CountySum.objects.bulk_create(CountySum(run=run, **row) for row in rows.iter_rows(named=True))


def _insert_totals(run: Run, findings: pl.DataFrame) -> None:
    totals = findings.group_by("fixmedins_code", "admdvs", "rule_id", "kind", maintain_order=True).agg(
        pl.len().alias("n"),
        (pl.col("certainty") == "definite").sum().alias("n_definite"),
        pl.col("amount_fen").sum(),
        pl.col("loss_fen").sum(),
        pl.col("legal_basis").first(),
        pl.col("rule_version").first().fill_null(""),
    )
    RuleTotal.objects.bulk_create((RuleTotal(run=run, **row) for row in totals.iter_rows(named=True)), batch_size=2000)
    sums = (pl.len().alias("n"), pl.col("fixmedins_code").n_unique().alias("institutions"), pl.col("amount_fen").sum(), pl.col("loss_fen").sum())
    by_rule = findings.group_by("admdvs", "rule_id", "kind", maintain_order=True).agg(sums)
    by_kind = findings.group_by("admdvs", "kind", maintain_order=True).agg(sums)
    rows = [*by_rule.iter_rows(named=True), *by_kind.iter_rows(named=True)]
    CountyTotal.objects.bulk_create((CountyTotal(run=run, **row) for row in rows), batch_size=2000)


def _insert_findings(run: Run, findings: pl.DataFrame) -> None:
    texts = ("rule_version", "gz_code", "psn_no", "mdtrt_id", "setl_id", "evidence")
    columns = findings.with_columns(pl.lit(run.pk).alias("run_id"), *(pl.col(name).fill_null("") for name in texts)).select(FINDING_FIELDS)
    table, names = Finding._meta.db_table, ", ".join(FINDING_FIELDS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in _rows(columns):
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(FINDING_FIELDS))
        for start in range(0, columns.height, BATCH):
            # names come from the constant above, never from outside
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(_rows(columns.slice(start, BATCH))))  # noqa: S608


def _rows(frame: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    for row in frame.iter_rows():
        yield tuple(value.isoformat() if isinstance(value, date) else value for value in row)


def _forget_old_findings() -> None:
    keep = list(Run.objects.order_by("-started").values_list("pk", flat=True)[: settings.KEEP_FINDINGS_OF_RUNS])
    for old in Run.objects.exclude(pk__in=keep).filter(has_findings=True):
        _delete_findings([old.pk])
        Run.objects.filter(pk=old.pk).update(has_findings=False)


def _remove(run: Run) -> None:
    _delete_findings([run.pk])
    run.delete()


def _delete_findings(runs: Iterable[int]) -> None:
    Finding.objects.filter(run_id__in=list(runs))._raw_delete(Finding.objects.db)
