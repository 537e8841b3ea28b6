"""The fixture every rule test draws its city with; see tests/rules/support.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from features.tables import Tables
from tests.rules.support import city_of


@pytest.fixture
def city(tmp_path: Path) -> Callable[..., Tables]:
    """``city(table="drawn table", …)`` → the ``Tables`` of a small lake; may be called several times in one test."""
    calls = 0

    def draw(**tables: str) -> Tables:
        nonlocal calls
        calls += 1
        folder = tmp_path / f"lake{calls}"
        folder.mkdir()
        return city_of(folder, **tables)

    return draw
