"""Every ingest test runs with one key, so that tokens can be compared between lakes."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUOYAN_KEY", "a key for tests, long enough")
