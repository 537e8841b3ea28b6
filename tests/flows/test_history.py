"""Figures as they stood: what models are judged by may hold nothing of later months."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from features.lake import MANIFEST, Lake
from features.parameters import City
from flows.history import figures_until, month_before
from flows.home import Home
from flows.ingest import ingest
from flows.retrain import held_against_history
from flows.scoring import new_forest
from flows.steps import Job
from simulation import simulate


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of 1,000 persons over four months."""
    folder = tmp_path_factory.mktemp("history")
    simulate(1_000, 4, 8, folder / "delivery")
    ingest(folder / "delivery", folder / "lake", n_buckets=2)
    return folder / "lake"


def without_later_parts(lake: Path, month: str, target: Path) -> Path:
    """The same lake whose later months were never delivered."""
    shutil.copytree(lake, target)
    manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    manifest["parts"] = [part for part in manifest["parts"] if part["month"] == "all" or part["month"] <= month]
    manifest["fingerprint"] = "cut"
    (target / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return target


@pytest.mark.parametrize(("moment", "month"), [((2024, 3, 1), "2024-02"), ((2024, 3, 31), "2024-02"), ((2024, 1, 15), "2023-12")])
def test_the_last_month_that_was_over(moment: tuple[int, int, int], month: str) -> None:
    assert month_before(datetime(*moment, 12, 0)) == month  # noqa: DTZ001 - models bear UTC without zone


def test_figures_of_a_month_are_the_same_whatever_came_after_it(lake: Path, tmp_path: Path) -> None:
    first, second, third = Lake(lake).months("mdtrt_d")[:3]
    whole = figures_until(Job.of(lake, tmp_path / "work", None), first)
    cut = figures_until(Job.of(without_later_parts(lake, second, tmp_path / "cut"), tmp_path / "work2", None), first)
    assert whole is not None
    assert cut is not None
    pd.testing.assert_frame_equal(whole, cut)
    later = figures_until(Job.of(lake, tmp_path / "work", None), third)
    assert later is not None
    assert not later.equals(whole), "more months are seen in the figures"


def test_at_the_last_month_todays_figures_are_those(lake: Path, tmp_path: Path) -> None:
    assert figures_until(Job.of(lake, tmp_path / "work", None), "2099-12") is None


def test_a_challenger_is_judged_by_the_figures_from_before_the_verdicts(lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Today's figures are turned upside down by what happened since; the gate does not see it."""
    months = Lake(lake).months("mdtrt_d")
    begun = datetime.fromisoformat(f"{months[2]}-15")
    home = Home.of(tmp_path / "out", lake)
    home.prepare()
    then = figures_until(Job.of(home.lake, home.work, None), months[1])
    assert then is not None
    city = City.load()
    champion = new_forest(city).fit(then)
    scores = champion.predict(then)
    top, bottom = (then.index[np.argsort(sign * scores, kind="stable")[:8]].to_list() for sign in (-1, 1))
    labels = pl.DataFrame({"fixmedins_code": top + bottom, "label": [1] * 8 + [0] * 8})
    today = then.copy()
    today[[name for name in today.columns if name != "peer_group"]] *= -1.0
    gate = held_against_history(champion, today, labels, begun, home, None)
    assert gate.measured == 1.0
    assert gate.passed
    few = held_against_history(champion, today, labels.head(9), begun, home, None)
    assert few.passed
    assert "不作要求" in few.sentence_zh
