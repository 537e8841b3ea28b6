"""The power test: plants known frauds into a copy of one bucket of a lake, runs the whole chain on it, and reports what was found."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl

from features.lake import MANIFEST, Lake
from features.parameters import City
from flows.home import Home
from flows.store import write_atomically, write_csv_for_excel, write_parquet
from models.power import Frames, curve, found, plant_cases
from models.power_plants import PLANTS

COPY = "000"


def power_test(lake_root: Path, out: Path, bucket: str | None = None, config: Path | None = None) -> pl.DataFrame:
    """Plants with every strength of the city file and returns ``models.power.curve``'s frame.

    Writes ``power.csv``, ``power_cases.parquet`` and ``power.png`` into ``out`` and logs them to MLflow. The lake itself is only read: the
    copy lies under ``out/power``, where untouched tables are the lake's own files and only the changed ones are written anew. The bucket is
    run as a city of its own, so ranks are among the institutions that did business with its persons.

    Raises KeyError when the lake has no such bucket.
    """
    lake = Lake(lake_root)
    chosen = bucket or lake.buckets[0]
    if chosen not in lake.buckets:
        raise KeyError(f"The lake at {lake_root} has no bucket {chosen}; it has {lake.buckets[0]} to {lake.buckets[-1]}.")
    p = City.load(config)["power"]
    frames = {table: lake.scan(table, chosen).collect() for table in sorted(lake.tables) if table in _touched()}
    tracking = Home.of(out / "power").tracking_uri
    before, stood = _run(lake, chosen, {}, out / "power" / "strength=0", tracking, config)
    judged, ranked = [], []
    for strength in p["strengths"]:
        planted = plant_cases(PLANTS, frames, float(strength), p)
        findings, stands = _run(lake, chosen, planted.frames, out / "power" / f"strength={strength}", tracking, config)
        judged.append(found(planted.cases, findings, before))
        places = stands.join(stood.select("fixmedins_code", rank_before="rank"), on="fixmedins_code", how="left")
        ranked.append(places.with_columns(strength=pl.lit(float(strength))))
    cases = pl.concat(judged)
    curves = curve(cases, pl.concat(ranked))
    write_parquet(cases, out / "power_cases.parquet")
    table = write_csv_for_excel(curves, out / "power.csv")
    picture = write_atomically(out / "power.png", lambda path: _draw(curves, path))
    _log(Home.of(out), curves, [table, picture], lake.fingerprint)
    return curves


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


def _touched() -> set[str]:
    return {table for plant in PLANTS for table in plant.needs} | {"scene_rcd_d"}


def _as_dict(part: Any) -> dict[str, Any]:
    return {name: getattr(part, name) for name in ("table", "bucket", "month", "path", "rows", "digest")}


def _draw(curves: pl.DataFrame, path: Path) -> None:
    """Share of planted cases found and median rank of the institutions, by strength."""
    import matplotlib as mpl  # noqa: PLC0415 - loads slowly

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
    for (name,), rows in curves.partition_by("plant_id", as_dict=True, maintain_order=True).items():
        left.plot(rows["strength"], rows["share_found"], marker="o", label=str(name))
        right.plot(rows["strength"], rows["median_rank"], marker="o", label=str(name))
    left.set(xlabel="strength (share of an institution's units)", ylabel="share of planted cases found", ylim=(-0.03, 1.03), title="What is found")
    right.set(xlabel="strength", ylabel="median rank of the institution", yscale="log", title="Where the institution stands (1 = first)")
    right.invert_yaxis()
    left.legend(fontsize=8, frameon=False)
    for axis in (left, right):
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130, format="png")
    plt.close(figure)


def _log(home: Home, curves: pl.DataFrame, files: list[Path], fingerprint: str) -> None:
    from flows.tracking import connect  # noqa: PLC0415 - MLflow must see the environment first

    home.prepare()
    mlflow = connect(home)
    with mlflow.start_run(run_name="power"):
        mlflow.log_params({"data_fingerprint": fingerprint, "plants": len(PLANTS)})
        for row in curves.iter_rows(named=True):
            step = round(row["strength"] * 100)
            for measure in ("share_found", "share_found_same_kind", "median_rank", "share_red"):
                if row[measure] is not None:
                    mlflow.log_metric(f"{row['plant_id']}.{measure}", row[measure], step=step)
        for file in files:
            mlflow.log_artifact(str(file), "power")
