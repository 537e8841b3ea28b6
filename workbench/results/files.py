"""Files that a run left in its folder and that pages read when asked. A folder that a later run has used no longer speaks for the older one."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from workbench.results.models import Run


def run_file(run: Run, name: str) -> Path | None:
    """The file (or folder) of that name, if it is still there and the run folder still holds this run; else None."""
    folder = Path(run.folder)
    path = folder / name
    return path if path.exists() and still_of(run) else None


def still_of(run: Run) -> bool:
    """True while the run folder holds this run's results, not those of a later run."""
    record = Path(run.folder) / "run.json"
    if not record.is_file():
        return True
    now = _run_id(str(record), record.stat().st_mtime_ns)
    return not now or now[:64] == run.run_id


@lru_cache(maxsize=32)
def _run_id(path: str, _changed: int) -> str:
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(content.get("run_id") or content.get("id") or "") if isinstance(content, dict) else ""
