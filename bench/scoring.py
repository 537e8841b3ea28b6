"""A large city scored, explained and intervalled: the institutions of several finished runs put together.

    python -m bench.scoring OUT [OUT …] [--institutions 2500] [--years 2]

Takes the facts and findings of finished runs (the cities of ``bench.cities --keep``, say), puts their institutions into one city under codes
of their own, compares them anew, and runs the scoring step in a folder of its own with a new tracking store. Where they are too few, they come
in again as copies whose figures are multiplied by a log-normal factor of their own. With ``--years 2`` everything that
happened in a one-year run comes in a second time, a year later and with other persons. The runs stay as they are.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time

import numpy as np
import polars as pl

from features.parameters import City
from features.peers import peer_groups
from flows.home import Home

CODE = "fixmedins_code"
#: What scoring reads of a run, and the columns that must differ between copies: of each institution once, and of each month of its business.
ONCE = {"institution": (CODE,), "institution_feature": (CODE,), "institutions_in_business": (CODE,)}
MONTHLY = {
    "stay": (CODE, "mdtrt_id", "psn_no"),
    "person_month": (CODE, "psn_no"),
    "institution_month": (CODE,),
    "institution_day": (CODE,),
    "admission_group": (CODE,),
    "physician_day": (CODE, "dr_code"),
}
STEPS = {"findings": (CODE, "finding_id", "psn_no", "mdtrt_id"), "lines_at_issue": (CODE, "bkkp_sn")}


@dataclass(frozen=True, slots=True)
class Source:
    """A finished run: its facts and its newest folder of steps."""

    facts: Path
    steps: Path

    @classmethod
    def of(cls, out: Path) -> Source:
        home = Home.of(out)
        return cls(home.facts, max(home.work.iterdir(), key=lambda folder: folder.stat().st_mtime))

    def read(self, name: str) -> pl.DataFrame:
        return pl.read_parquet((self.steps if name in STEPS else self.facts) / f"{name}.parquet")


def marked(frame: pl.DataFrame, mark: str, names: tuple[str, ...]) -> pl.DataFrame:
    """The frame with ``mark`` behind the codes and ids, nulls left alone."""
    return frame.with_columns(pl.format("{}-{}", name, pl.lit(mark)).alias(name) for name in names)


def pooled(sources: list[Source], name: str, copies: int, years: int = 1) -> pl.DataFrame:
    """One frame of all runs, each so many times under codes of its own; with ``years``, what happened comes in once a year."""
    names = {**ONCE, **MONTHLY, **STEPS}[name]
    frames = []
    for copy in range(copies):
        for place, source in enumerate(sources):
            frame = marked(source.read(name), f"{place}.{copy}", names)
            frames += [_later(frame, year, names[1:]) for year in range(1 if name in ONCE else years)]
    return pl.concat(frames, how="diagonal_relaxed")


def _copy_of(name: str) -> pl.Expr:
    return pl.col(name).str.split(".").list.last().cast(pl.Int64)


def _later(frame: pl.DataFrame, years: int, ids: tuple[str, ...]) -> pl.DataFrame:
    if not years:
        return frame
    dates = [name for name, dtype in frame.schema.items() if dtype == pl.Date()]
    shifted = marked(frame, f"y{years}", ids).with_columns(pl.col(dates).dt.offset_by(f"{years}y"))
    if "month" not in frame.columns:
        return shifted
    return shifted.with_columns(month=(pl.col("month").str.slice(0, 4).cast(pl.Int64) + years).cast(pl.String) + pl.col("month").str.slice(4))


def stirred(features: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Values and numerators of copies times a factor of their own, so that no two institutions are alike; the first ones stay as they are."""
    original = features.select(_copy_of(CODE) == 0).to_series().to_numpy()
    factor = pl.Series(np.where(original, 1.0, np.exp(rng.normal(0.0, 0.15, features.height))))
    return features.with_columns(pl.col("value") * factor, pl.col("numerator") * factor)


def main() -> None:
    """Prints institutions, features, findings, and the seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, nargs="+")
    parser.add_argument("--institutions", type=int, default=2_500)
    parser.add_argument("--years", type=int, default=1)
    options = parser.parse_args()
    sources = [Source.of(out) for out in options.out]
    own = sum(source.read("institutions_in_business").height for source in sources)
    copies = -(-options.institutions // own)
    with tempfile.TemporaryDirectory() as temporary:
        home = Home.of(Path(temporary), Home.of(options.out[0]).lake)
        home.prepare()
        from flows.scoring import score_step  # noqa: PLC0415 - MLflow must see the environment first
        from flows.steps import Job  # noqa: PLC0415

        job = dataclasses.replace(Job.of(home.lake, home.work, None), key="bench")
        job.steps().path("").mkdir(parents=True)
        houses = pooled(sources, "institutions_in_business", copies).sort(_copy_of(CODE), CODE).head(options.institutions)
        features = stirred(pooled(sources, "institution_feature", copies), np.random.default_rng(1)).join(houses, on=CODE, how="semi")
        institution = pooled(sources, "institution", copies).join(houses, on=CODE, how="semi")
        for name in MONTHLY:
            pooled(sources, name, copies, options.years).join(houses, on=CODE, how="semi").write_parquet(home.facts / f"{name}.parquet")
        groups = peer_groups(institution, pl.scan_parquet(home.facts / "stay.parquet"), City.load())
        houses.drop("peer_group").join(groups.select(CODE, "peer_group"), on=CODE).write_parquet(home.facts / "institutions_in_business.parquet")
        groups.write_parquet(home.facts / "peer_groups.parquet")
        features.write_parquet(home.facts / "institution_feature.parquet")
        for name in STEPS:
            pooled(sources, name, copies, options.years).join(houses, on=CODE, how="semi").write_parquet(job.steps().path(f"{name}.parquet"))
        findings = pl.read_parquet(job.steps().path("findings.parquet"), columns=["finding_id"]).height
        begun, cpu = monotonic(), process_time()
        score_step(job, home)
        wall, spent = monotonic() - begun, process_time() - cpu
        shapley = pl.read_parquet(home.facts / "shap.parquet")[CODE].n_unique()
    print(
        f"{houses.height:,} institutions ({min(own, houses.height):,} different ones) in {groups['peer_group'].n_unique()} peer groups, "
        f"{features['feature'].n_unique()} features, {findings:,} findings, {shapley} explained by Shapley values: "
        f"{wall:.1f} s wall, {spent:.1f} CPU s, with a new tracking store and a newly fitted forest"
    )


if __name__ == "__main__":
    main()
