"""A large city scored, explained and intervalled: a finished run's institutions multiplied, with their figures stirred.

    python -m bench.scoring OUT [--institutions 2500]

Takes the facts and findings of ``OUT`` (a finished ``huoyan run``), copies every institution with its features, findings and lines at issue
under new codes until there are enough, multiplies the feature figures by a log-normal factor of their own, and runs the scoring step in
a folder of its own with a new tracking store. OUT stays as it is.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from pathlib import Path
from time import monotonic, process_time

import numpy as np
import polars as pl

from flows.home import Home

CODE = "fixmedins_code"


def multiplied(frame: pl.DataFrame, copies: int, names: tuple[str, ...] = (CODE,)) -> pl.DataFrame:
    """The frame so many times, each copy under codes (and ids) of its own."""
    return pl.concat([frame.with_columns(pl.format("{}-{}", name, pl.lit(copy)).alias(name) for name in names) for copy in range(copies)])


def stirred(features: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Values and numerators times a factor of their own, so that no two institutions are alike."""
    factor = pl.Series(np.exp(rng.normal(0.0, 0.15, features.height)))
    return features.with_columns(pl.col("value") * factor, pl.col("numerator") * factor)


def main() -> None:
    """Prints institutions, features, findings, and the seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--institutions", type=int, default=2_500)
    options = parser.parse_args()
    source = Home.of(options.out)
    work = max(source.work.iterdir(), key=lambda folder: folder.stat().st_mtime)
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as temporary:
        home = Home.of(Path(temporary), source.lake)
        home.prepare()
        from flows.scoring import score_step  # noqa: PLC0415 - MLflow must see the environment first
        from flows.steps import Job  # noqa: PLC0415

        job = dataclasses.replace(Job.of(home.lake, home.work, None), key=work.name)
        steps = job.steps().path("")
        steps.mkdir(parents=True)
        houses = pl.read_parquet(source.facts / "institutions_in_business.parquet")
        copies = -(-options.institutions // houses.height)
        findings = multiplied(pl.read_parquet(work / "findings.parquet"), copies, (CODE, "finding_id"))
        findings.write_parquet(steps / "findings.parquet")
        multiplied(pl.read_parquet(work / "lines_at_issue.parquet"), copies, (CODE, "bkkp_sn")).write_parquet(steps / "lines_at_issue.parquet")
        for name in ("institutions_in_business", "peer_groups"):
            multiplied(pl.read_parquet(source.facts / f"{name}.parquet"), copies).write_parquet(home.facts / f"{name}.parquet")
        features = stirred(multiplied(pl.read_parquet(source.facts / "institution_feature.parquet"), copies), rng)
        features.write_parquet(home.facts / "institution_feature.parquet")
        begun, cpu = monotonic(), process_time()
        score_step(job, home)
        wall, spent = monotonic() - begun, process_time() - cpu
        shapley = pl.read_parquet(home.facts / "shap.parquet")[CODE].n_unique()
    print(
        f"{houses.height * copies:,} institutions, {features['feature'].n_unique()} features, {findings.height:,} findings, {shapley} explained "
        f"by Shapley values: {wall:.1f} s wall, {spent:.1f} CPU s, with a new tracking store and a newly fitted forest"
    )


if __name__ == "__main__":
    main()
