"""Writing files so that a kill at any moment leaves either the old file or the new one, and finished steps are known.

A step is finished when its marker exists; a marker is written last, atomically, and its name holds the key of everything
the step depends on (lake, parameters, code). docs/decisions/0004-steps-are-files.md says why this is not Prefect's own cache.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl


def write_atomically(path: Path, write: Callable[[Path], object]) -> Path:
    """Lets ``write`` fill a temporary file beside ``path``, flushes it to disk and renames it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_parquet(frame: pl.DataFrame, path: Path) -> Path:
    """One Parquet file, written atomically; the same frame always gives the same bytes."""
    return write_atomically(path, lambda temporary: frame.write_parquet(temporary, compression="zstd", statistics=True))


def write_json(content: Mapping[str, Any], path: Path) -> Path:
    """Readable JSON in UTF-8, keys in the given order, written atomically."""
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"
    return write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_csv_for_excel(frame: pl.DataFrame, path: Path) -> Path:
    """CSV in UTF-8 with the byte-order mark that Excel needs to read Chinese."""
    text = "\ufeff" + frame.write_csv()
    return write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8", newline=""))


class Steps:
    """The finished steps of one run folder, under ``work/<key>/``."""

    def __init__(self, work: Path, key: str) -> None:
        self.root = work / key
        self.key = key

    def path(self, name: str) -> Path:
        """Where a step's file of this name lies."""
        return self.root / name

    def finished(self, step: str) -> bool:
        """True when the step ran to its end under this key."""
        return (self.root / f"{step}.done").is_file()

    def finish(self, step: str) -> None:
        """Marks the step as finished; call it last."""
        write_atomically(self.root / f"{step}.done", lambda temporary: temporary.write_text(step, encoding="utf-8"))

    def clear_others(self) -> None:
        """Removes what runs under other keys and killed writers left behind."""
        if self.root.parent.is_dir():
            for other in self.root.parent.iterdir():
                if other.is_dir() and other != self.root:
                    shutil.rmtree(other, ignore_errors=True)
        for partial in self.root.rglob(".*.part"):
            partial.unlink(missing_ok=True)


def digest_of(content: object) -> str:
    """16 hex digits of a JSON-able content, independent of key order."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def code_digest() -> str:
    """16 hex digits of every shipped source and data file of ``features`` and ``models``: a changed rule is a changed key."""
    digest = hashlib.sha256()
    for package in ("features", "models"):
        root = Path(str(resources.files(package)))
        for path in sorted(root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
