"""How fast the grouper is: one million synthetic discharges drawn from the scheme's own codes.

POLARS_MAX_THREADS=2 python bench/grouper.py [CASES]
"""

from __future__ import annotations

import sys
import time

import numpy as np
import polars as pl

from features.drg.grouper import group
from features.drg.scheme import Scheme, load_scheme


def draw(cases: int, scheme: Scheme, seed: int = 7) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    """Random discharges: a main diagnosis of the scheme, 0–6 others, an operation in 60 % (figures of docs/drg.md)."""
    rng = np.random.default_rng(seed)
    dx = scheme.mdc_members["code"].unique().sort().to_numpy()
    known = scheme.known_codes.filter(pl.col("kind") == "dx")["code"].to_numpy()
    op = scheme.valid_operations["code"].sort().to_numpy()
    ids = np.arange(cases)
    age = rng.integers(0, 95, cases)
    people = pl.LazyFrame(
        {
            "case_id": ids.astype(str),
            "gend": rng.integers(1, 3, cases).astype(str),
            "age": age,
            "age_days": np.where(age == 0, rng.integers(0, 365, cases), None).astype(float),
            "weight": np.where(age == 0, rng.integers(800, 4500, cases), None).astype(float),
            "dscg_way": "1",
        }
    )
    others = rng.integers(0, 7, cases)
    operated = rng.random(cases) < 0.6
    owner = np.concatenate([ids, np.repeat(ids, others)])
    diagnoses = pl.LazyFrame(
        {
            "case_id": owner.astype(str),
            "code": np.concatenate([rng.choice(dx, cases), rng.choice(known, int(others.sum()))]),
            "main": np.concatenate([np.ones(cases, bool), np.zeros(int(others.sum()), bool)]),
            "seq": np.arange(len(owner)),
        }
    )
    n_op = int(operated.sum())
    operations = pl.LazyFrame(
        {"case_id": ids[operated].astype(str), "code": rng.choice(op, n_op), "main": np.ones(n_op, bool), "seq": np.arange(n_op)}
    )
    return people, diagnoses, operations


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    scheme = load_scheme()
    inputs = [frame.collect().lazy() for frame in draw(cases, scheme)]
    begin = time.perf_counter()
    result = group(*inputs, scheme).collect()
    seconds = time.perf_counter() - begin
    print(f"{cases:,} discharges in {seconds:.1f} s; grouped {(result['reason'] == 'grouped').mean():.2%}")
    print(result.group_by("reason").len().sort("len", descending=True))


if __name__ == "__main__":
    main()
