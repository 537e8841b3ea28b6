"""Files that a kill leaves whole, and steps that know they are done."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from flows.store import Steps, digest_of, write_atomically, write_csv_for_excel, write_parquet


def test_a_writer_that_fails_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def fail(temporary: Path) -> None:
        temporary.write_text("half", encoding="utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fail)
    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_the_same_frame_gives_the_same_bytes(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": list(range(1000)), "b": [["x"]] * 1000})
    first, second = write_parquet(frame, tmp_path / "1"), write_parquet(frame, tmp_path / "2")
    assert first.read_bytes() == second.read_bytes()


def test_excel_finds_the_mark_it_needs_to_read_chinese(tmp_path: Path) -> None:
    path = write_csv_for_excel(pl.DataFrame({"名称": ["甲院"]}), tmp_path / "a.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert pl.read_csv(path)["名称"].to_list() == ["甲院"]


def test_a_step_is_done_only_under_its_own_key(tmp_path: Path) -> None:
    steps = Steps(tmp_path, "k1")
    steps.finish("bucket=000/step")
    assert steps.finished("bucket=000/step")
    assert not Steps(tmp_path, "k2").finished("bucket=000/step")


def test_clearing_keeps_this_key_and_drops_the_others(tmp_path: Path) -> None:
    Steps(tmp_path, "old").finish("city")
    now = Steps(tmp_path, "new")
    now.finish("city")
    now.clear_others()
    assert now.finished("city")
    assert not (tmp_path / "old").exists()


def test_a_digest_does_not_depend_on_key_order() -> None:
    assert digest_of({"a": 1, "b": [2, 3]}) == digest_of({"b": [2, 3], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
