"""Coding far sicker since payment by group, at no more cost."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import polars as pl

from features.parameters import City
from models.rules.drg.severity_jump import severity_jump
from models.run_rules import complete_hits


def lists(after: float, *, dear: float = 1.25, before: float = 0.2, seed: int = 3) -> pl.DataFrame:
    """Ten hospitals; H0 codes ``after`` of its cases severe since July, each costing ``dear`` times a plain one; the others 20 % at 1.25."""
    rng = np.random.default_rng(seed)
    rows = []
    for hospital in range(10):
        for number in range(300):
            month = number % 12 + 1
            share = (after if month >= 7 else before) if hospital == 0 else 0.2
            severe = bool(rng.random() < share)
            more = (dear if hospital == 0 else 1.25) if severe else 1.0
            fee = int(500_000 * more * np.exp(rng.normal(0, 0.3)))
            rows.append((f"H{hospital}", str(rng.choice(["ES3", "BR2"])), date(2024, month, 15), fee, severe, month >= 7))
    return pl.DataFrame(rows, schema=["fixmedins_code", "adrg", "end_date", "fee_fen", "severe", "by_group"], orient="row")


def hits(extracted: pl.DataFrame) -> pl.DataFrame:
    frame = severity_jump.function(SimpleNamespace(extracted=extracted.lazy()), City.load()["severity_jump"])  # type: ignore[arg-type]
    return complete_hits(frame, "severity_jump").collect()


def test_sicker_codes_without_cost_since_payment_by_group_are_found() -> None:
    found = hits(lists(after=0.45, dear=1.0))
    assert found["fixmedins_code"].to_list() == ["H0"]
    assert found["loss_fen"].to_list() == [0]
    assert "实行前150例" in found["evidence"][0]


def test_sicker_patients_who_cost_more_are_no_finding() -> None:
    assert hits(lists(after=0.45, dear=1.3)).is_empty()


def test_a_hospital_that_always_coded_so_is_no_jump() -> None:
    assert hits(lists(after=0.45, before=0.45, dear=1.0)).is_empty()


def test_an_unchanged_city_has_no_finding() -> None:
    for seed in range(5):
        assert hits(lists(after=0.2, seed=seed)).is_empty()
    assert hits(lists(after=0.2).clear()).is_empty()
