"""Sentences filled with figures: what stands in them, and where polars' own way stops."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.shared.text import filled

ROOT = Path(__file__).parents[2]


def test_a_sentence_takes_columns_and_expressions_and_is_null_where_one_of_them_is() -> None:
    frame = pl.DataFrame({"n": [1, 2], "day": [date(2024, 3, 1), None], "share": [0.5, 0.25]})
    said = frame.select(filled("{}于{}占{}。", "n", "day", pl.col("share") * 2).alias("said"))["said"]
    assert said.to_list() == ["1于2024-03-01占1.0。", None]


def test_a_sentence_without_places_stands_once() -> None:
    assert pl.select(filled("无").alias("said"))["said"].to_list() == ["无"]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_filtered_frame_whose_columns_lie_in_unequal_pieces_is_told(engine: Any) -> None:
    names = pl.concat([pl.Series("name", part) for part in (["a", "b"], ["c", "d"], ["e"])], rechunk=False)
    frame = pl.DataFrame([pl.Series("n", range(5)), names]).lazy().filter(pl.col("name").is_in(["b", "e"]))
    assert frame.select(filled("{}:{}", "n", "name").alias("said")).collect(engine=engine)["said"].to_list() == ["1:b", "4:e"]


def test_too_few_values_are_refused() -> None:
    with pytest.raises(ValueError, match="2 places for 1 values"):
        filled("{}和{}", "n")


def test_no_sentence_is_made_with_polars_own_format() -> None:
    files = [path for area in ("features", "models", "flows") for path in (ROOT / area).rglob("*.py")]
    assert [path.name for path in files if "pl.format(" in path.read_text(encoding="utf-8")] == []
