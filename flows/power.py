"""The power test: plants known frauds into copies of one bucket of a lake, runs the whole chain on each, and reports what was found."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from features.lake import MANIFEST, Lake
from features.parameters import City
from flows.documents.power_report import power_page, power_picture, power_workbook
from flows.home import Home
from flows.store import write_atomically, write_csv_for_excel, write_parquet
from models.plant import Frames, all_plants
from models.power import NotPlanted, curve, found, plant_cases, waves

COPY = "000"


@dataclass(frozen=True, slots=True)
class PowerTest:
    """What was found of what was planted (``models.power.curve``), and what could not be planted."""

    curves: pl.DataFrame
    not_planted: list[NotPlanted]


def power_test(lake_root: Path, out: Path, bucket: str | None = None, config: Path | None = None) -> PowerTest:
    """Plants every fraud with every strength of the city file.

    Writes ``power.html``, ``power.xlsx``, ``power.csv``, ``power_cases.parquet`` and ``power.png`` into ``out`` and logs them to MLflow. The
    lake itself is only read: the copies lie under ``out/power``, where untouched tables are the lake's own files and only the changed ones
    are written anew. A copy is run as a city of its own, so ranks are among the institutions that did business with the bucket's persons.

    Raises KeyError when the lake has no such bucket.
    """
    lake = Lake(lake_root)
    chosen = bucket or lake.buckets[0]
    if chosen not in lake.buckets:
        raise KeyError(f"The lake at {lake_root} has no bucket {chosen}; it has {lake.buckets[0]} to {lake.buckets[-1]}.")
    city = City.load(config)
    p = city["power"]
    plants = all_plants()
    # every table a plant may change, and those it reads
    frames = {table: frame for table in sorted(lake.tables) if not (frame := lake.scan(table, chosen).collect()).is_empty()}
    tracking = Home.of(out / "power").tracking_uri
    before, stood = _run(lake, chosen, {}, out / "power" / "strength=0", tracking, config)
    planned, refused = waves(plants, frames, stood.height, p)
    judged, ranked = [], []
    for number, wave in enumerate(planned, start=1):
        for strength in p["strengths"]:
            planted = plant_cases(plants, frames, wave, float(strength), p)
            folder = out / "power" / f"wave={number}" / f"strength={strength}"
            findings, stands = _run(lake, chosen, planted.frames, folder, tracking, config)
            judged.append(found(planted.cases, findings, before).with_columns(wave=pl.lit(number)))
            places = stands.join(stood.select("fixmedins_code", rank_before="rank"), on="fixmedins_code", how="left")
            ranked.append(places.with_columns(wave=pl.lit(number), strength=pl.lit(float(strength))))
    cases = pl.concat(judged)
    tested = PowerTest(curve(cases, pl.concat(ranked), city["plan"]["inspection_cost"]), refused)
    write_parquet(cases, out / "power_cases.parquet")
    files = [
        write_csv_for_excel(tested.curves, out / "power.csv"),
        write_atomically(out / "power.png", lambda path: power_picture(path, tested.curves)),
        write_atomically(out / "power.xlsx", lambda path: power_workbook(path, tested.curves, refused)),
        write_atomically(out / "power.html", lambda path: path.write_text(power_page(tested.curves, refused, stood.height), encoding="utf-8")),
    ]
    _log(Home.of(out), tested.curves, files, lake.fingerprint)
    return tested


def copy_bucket(lake: Lake, bucket: str, changed: Frames, root: Path) -> Path:
    """A lake of one bucket at ``root``: the changed tables written there, all others the files of ``lake`` where they lie."""
    root.mkdir(parents=True, exist_ok=True)
    parts = [
        {**_as_dict(part), "path": str((lake.root / part.path).resolve()), "bucket": COPY if part.bucket == bucket else part.bucket}
        for part in lake.parts
        if part.bucket in (bucket, "all") and part.table not in changed
    ]
    for table, frame in sorted(changed.items()):
        if frame.is_empty():
            continue
        path = root / f"{table}.parquet"
        write_parquet(frame, path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        whole = "all" if all(part.bucket == "all" for part in lake.parts if part.table == table) else COPY
        parts.append({"table": table, "bucket": whole, "month": "all", "path": path.name, "rows": frame.height, "digest": digest})
    fingerprint = hashlib.sha256(json.dumps(sorted(part["digest"] for part in parts)).encode()).hexdigest()
    manifest = {"n_buckets": 1, "fingerprint": fingerprint, "parts": parts, "schemas": lake.schemas}
    write_atomically(root / MANIFEST, lambda path: path.write_text(json.dumps(manifest), encoding="utf-8"))
    return root


def _run(lake: Lake, bucket: str, changed: Frames, folder: Path, tracking: str, config: Path | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Findings and ``fixmedins_code rank level`` of one copy."""
    from flows.scoring import score_step  # noqa: PLC0415 - MLflow must see the environment first
    from flows.steps import Job, bucket_step, city_step, line_totals_step  # noqa: PLC0415

    plain = Home.of(folder, copy_bucket(lake, bucket, changed, folder / "lake"))
    home = Home(plain.out, plain.lake, tracking)
    home.prepare()
    job = Job.of(home.lake, home.work, config)
    bucket_step(job, COPY)
    findings = pl.read_parquet(city_step(job, home.facts))
    line_totals_step(job)
    scored = score_step(job, home)
    return findings, pl.read_csv(scored.suspects, infer_schema_length=None).select("fixmedins_code", "rank", "level")


def _as_dict(part: Any) -> dict[str, Any]:
    return {name: getattr(part, name) for name in ("table", "bucket", "month", "path", "rows", "digest")}


def _log(home: Home, curves: pl.DataFrame, files: list[Path], fingerprint: str) -> None:
    from flows.tracking import connect  # noqa: PLC0415 - MLflow must see the environment first

    home.prepare()
    mlflow = connect(home)
    with mlflow.start_run(run_name="power"):
        mlflow.log_params({"data_fingerprint": fingerprint, "plants": curves["plant_id"].n_unique()})
        for row in curves.iter_rows(named=True):
            step = round(row["strength"] * 100)
            for measure in ("share_found", "share_found_same_kind", "median_rank", "share_red", "yuan_found"):
                if row[measure] is not None:
                    mlflow.log_metric(f"{row['plant_id']}.{measure}", row[measure], step=step)
        for file in files:
            mlflow.log_artifact(str(file), "power")
