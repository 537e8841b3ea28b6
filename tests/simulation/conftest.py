"""One simulated city for all tests of this folder, written as clean Parquet so that values are read exactly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from simulation import simulate


@dataclass(frozen=True)
class Simulated:
    """A delivery on disk with its truth."""

    delivery: Path
    truth: Path

    def table(self, name: str) -> pl.DataFrame:
        """All parts of a table."""
        folder = self.delivery / name
        paths = sorted(folder.glob("*.parquet")) if folder.is_dir() else [self.delivery / f"{name}.parquet"]
        return pl.concat([pl.read_parquet(path) for path in paths], how="vertical_relaxed")

    def planted(self, name: str) -> pl.DataFrame:
        """A truth table."""
        return pl.read_parquet(self.truth / f"{name}.parquet")


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    root = tmp_path_factory.mktemp("city")
    simulate(6_000, 12, 5, root / "delivery", root / "truth", guilty_share=0.15, disguise=0.4, dirt=False, form="parquet")
    return Simulated(root / "delivery", root / "truth")


@pytest.fixture(scope="session")
def clean_city(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    root = tmp_path_factory.mktemp("clean")
    simulate(2_000, 6, 8, root / "delivery", root / "truth", guilty_share=0.0, dirt=False, form="parquet")
    return Simulated(root / "delivery", root / "truth")
